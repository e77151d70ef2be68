"""Compared: what the nodes and a rehearsal say of the same manifests, a line each."""

from __future__ import annotations

from collections import defaultdict
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

SHARE = 0.3
"""How far the outage of a rehearsal may be from that of the nodes."""
SIDES = ("nodes", "rehearsal")


def agree(nodes: Sequence[dict[str, Any]], rehearsal: Sequence[dict[str, Any]]) -> bool:
    """Whether both come to a verdict, lose writes or do not, and have an outage within 30 % of the nodes'."""
    real, simulated = _outage(nodes), _outage(rehearsal)
    if real is None or simulated is None:
        return real is simulated
    return _loses(nodes) == _loses(rehearsal) and abs(real - simulated) <= SHARE * real


def _measured(found: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for each in found if each["outage_s"] is not None]


def _outage(found: Iterable[dict[str, Any]]) -> float | None:
    outages = [each["outage_s"] for each in _measured(found)]
    return median(outages) if outages else None


def _loses(found: Iterable[dict[str, Any]]) -> bool:
    return any(each["lost"] for each in _measured(found))


def _cells(found: Sequence[dict[str, Any]]) -> list[str]:
    measured = _measured(found)
    if not measured:
        return ["none", "; ".join(each["why"] for each in found)[:120].replace("|", "/")]
    outages = ", ".join(f"{each['outage_s']:.1f}" for each in measured)
    losses = ", ".join(f"{each['lost']} of {each['acknowledged']}" for each in measured)
    return [f"{outages} s", losses]


def lines(results: Iterable[dict[str, Any]]) -> Iterator[str]:
    """A table in Markdown: a row for each subject and scenario that both judged, or one of them."""
    by_subject: dict[tuple[str, str], dict[str, list[dict[str, Any]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for each in results:
        by_subject[each["subject"], each["scenario"]][each["side"]].append(each)
    yield "| subject | outage on nodes | lost there | outage rehearsed | lost there | agree | load |"
    yield "|---|---|---|---|---|---|---|"
    for (subject, scenario), found in sorted(by_subject.items()):
        nodes, rehearsal = (found[side] for side in SIDES)
        verdict = ("yes" if agree(nodes, rehearsal) else "no") if nodes and rehearsal else ""
        cells = [f"{subject} {scenario}", *(_cells(nodes) if nodes else ["", ""])]
        cells += [*(_cells(rehearsal) if rehearsal else ["", ""]), verdict]
        loads = [f"{each['load']:.0f}" for each in (*nodes, *rehearsal)]
        yield f"| {' | '.join(cells)} | {', '.join(loads)} |"
