"""Today: what a killed master costs with the objects that run, and with the profile that `migrate` wrote."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from redismanifests.present.document import Document, Lines, Run, Section, Table, Tone

if TYPE_CHECKING:
    from collections.abc import Mapping

    from redismanifests.present.document import Text
    from redismanifests.prove.rehearse.result import Result

_COLUMNS = ("", "seconds without writes", "acknowledged writes lost", "")


def today(results: Mapping[str, Result | str], circumstances: str) -> Document:
    """One row for each side; ``circumstances`` are the scenario, the server and the machine, in a sentence."""
    return Document(
        title="A killed master, today and with the profile",
        screen=[
            Section(
                "A killed master, rehearsed",
                [
                    Table(_COLUMNS, [_row(name, each) for name, each in results.items()]),
                    Lines([circumstances]),
                ],
            )
        ],
        data=data(results, circumstances),
    )


def data(results: Mapping[str, Result | str], circumstances: str) -> dict[str, object]:
    """The same for programs; null where there is no figure."""
    return {
        "circumstances": circumstances,
        **{name: _data(each) for name, each in results.items()},
    }


def figures(result: Result | str) -> tuple[float, int, int] | None:
    """Outage in seconds, writes lost, and writes acknowledged; None where the fault was never reached."""
    if isinstance(result, str):
        return None
    found = {each.name: each.value for each in result.measures}
    if "outage" not in found:
        return None
    return found["outage"], int(found["lost acknowledged writes"]), int(found["acknowledged writes"])


def _row(name: str, result: Result | str) -> tuple[Text, ...]:
    found = figures(result)
    if found is None:
        return name, "-", "-", _why(result)
    outage, lost, acknowledged = found
    seconds = f"{outage:.1f}" if math.isfinite(outage) else "no end was seen"
    return name, seconds, Run(f"{lost} of {acknowledged}", Tone.BAD if lost else Tone.GOOD), ""


def _why(result: Result | str) -> str:
    if isinstance(result, str):
        return result
    return f"does not start: {result.problems[0] if result.problems else 'no reason was seen'}"


def _data(result: Result | str) -> dict[str, object]:
    found = figures(result)
    if found is None:
        return {"outageSeconds": None, "lost": None, "acknowledged": None, "reason": _why(result)}
    outage, lost, acknowledged = found
    return {
        "outageSeconds": outage if math.isfinite(outage) else None,
        "lost": lost,
        "acknowledged": acknowledged,
        "reason": "",
    }
