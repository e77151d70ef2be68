"""Table: the results of many repeats, a block for each deployment, in docs/measurements/nodes.md.

``python -m endtoend.table RESULTS...`` in tests/ writes it between its two marks.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from endtoend.combination import COMBINATIONS
from endtoend.measured import AT_REST, FIRST_APPLY, LOSSES, RESTORED, UP
from endtoend.scenario import SCENARIOS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Result = dict[str, Any]

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "measurements" / "nodes.md"
BEGIN, END = "<!-- results: written by tests/endtoend/table.py -->", "<!-- end of results -->"
_HEAD = (
    "| scenario | repeats | outage s: min, median, max | bar | bound | healthy s: median, max "
    "| no master handed out s | lost | of writes | killed | load |"
)


def _range(values: Sequence[float], digits: int) -> str:
    return f"{min(values):.{digits}f} to {max(values):.{digits}f}"


def _row(name: str, bar_s: float | None, runs: Sequence[Result]) -> str:
    def of(key: str) -> list[Any]:
        return [each[key] for each in runs]

    outages, wholes = of("outage_s"), of("whole_s")
    cells = [name, str(len(runs))]
    if name == FIRST_APPLY:
        cells += ["-", "-", f"{max(of('bound_s')):g} healthy"]
    else:
        cells.append(f"{min(outages):.2f}, {median(outages):.2f}, {max(outages):.2f}")
        cells += [f"{bar_s:g}" if bar_s else "-", f"{max(of('bound_s')):g}"]
    cells.append(f"{median(wholes):.0f}, {max(wholes):.0f}")
    cells.append(f"{max(of('no_master_s')):.1f}")
    cells += [str(sum(of("lost"))), str(sum(of("acknowledged"))), str(sum(map(len, of("killed"))))]
    return f"| {' | '.join([*cells, _range(of('load'), 0)])} |"


def _remarks(runs: Sequence[Result]) -> Iterator[str]:
    """What no column has: repeats that did not end healthy, and work at rest."""
    for each in runs:
        if each["problems"]:
            yield f"- {each['scenario']}, load {each['load']:.0f}: {'; '.join(each['problems'])}"
    if rest := [each["busiest"] for each in runs if each["scenario"] == AT_REST]:
        yield f"- At rest the busiest Sentinel took {max(rest) * 100:.1f} % of a core (30 s, {len(rest)} times)."
    for each in (each for each in runs if each["scenario"] == RESTORED):
        gone = f"{each['since_backup']} writes that were acknowledged after it began are gone"
        yield f"- restored, load {each['load']:.0f}: the backup took {each['backup_s']:.1f} s; {gone}."


def block(results: Sequence[Result]) -> list[str]:
    """The table of one deployment, in the order in which scenarios are played."""
    lines = [_HEAD, "|" + "---|" * (_HEAD.count("|") - 1)]
    others = [(each.name, each.bar_s) for each in SCENARIOS]
    for name, bar_s in [(FIRST_APPLY, None), *others, *((name, None) for name in (*LOSSES, RESTORED))]:
        if runs := [each for each in results if each["scenario"] == name]:
            lines.append(_row(name, bar_s, runs))
    remarks = list(_remarks(results))
    return [*lines, "", *remarks, *([""] if remarks else [])]


def _ups(results: Sequence[Result]) -> list[str]:
    """What it took to bring the nodes up."""
    took = [each["whole_s"] for each in results if each["scenario"] == UP]
    if not took:
        return []
    loads = _range([each["load"] for each in results if each["scenario"] == UP], 0)
    told = f"{min(took):.0f}, {median(took):.0f} and {max(took):.0f} s (min, median, max)"
    return [
        f"Up and down {len(took)} times: ready after {told} at a load of {loads}; each time nothing was left.",
        "",
    ]


def page(text: str, results: Sequence[Result]) -> str:
    """``text`` with the tables of ``results`` between the marks."""
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    lines = [*_ups(results)]
    for combination in COMBINATIONS:
        runs = [each for each in results if each["deployment"] == combination.name]
        if runs:
            versions = sorted({each["versions"] for each in runs})
            lines += [f"### {combination.name}", "", *versions, "", *block(runs)]
    return "\n".join([before + BEGIN, "", *lines, END + after])


def main() -> None:
    """Write the page."""
    lines = [line for name in sys.argv[1:] for line in Path(name).read_text("utf-8").splitlines()]
    PAGE.write_text(page(PAGE.read_text("utf-8"), [json.loads(line) for line in lines]), "utf-8")


if __name__ == "__main__":
    main()
