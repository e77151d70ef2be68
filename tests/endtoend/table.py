"""Table: the results of many repeats, as a table in docs/cluster.md.

``python -m endtoend.table RESULTS`` in tests/ writes it between its two marks. What must not come in: measuring.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from endtoend.scenario import SCENARIOS

if TYPE_CHECKING:
    from collections.abc import Sequence

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "cluster.md"
BEGIN, END = "<!-- results: written by tests/endtoend/table.py -->", "<!-- end of results -->"
_HEAD = "| scenario | repeats | outage s: min, median, max | bar | whole s: median, max | disagreed s | lost | load |"


def rows(results: Sequence[dict[str, Any]]) -> list[str]:
    """A line a scenario, in the order in which they are played."""
    lines = [_HEAD, "|---|---|---|---|---|---|---|---|"]
    for name, bar in [("first-apply", None), *((each.name, each.bar_s) for each in SCENARIOS)]:
        runs = [each for each in results if each["scenario"] == name]
        if not runs:
            continue
        outages, wholes = ([each[key] for each in runs] for key in ("outage_s", "whole_s"))
        figures = ["-"] * 2
        if bar is not None:
            figures = [f"{min(outages):.2f}, {median(outages):.2f}, {max(outages):.2f}", f"{bar:g}"]
        lines.append(
            f"| {name} | {len(runs)} | {figures[0]} | {figures[1]} | {median(wholes):.0f}, {max(wholes):.0f} | "
            f"{max(each['named_old_s'] for each in runs):.1f} | {sum(each['lost'] for each in runs)} | "
            f"{min(each['load'] for each in runs):.0f} to {max(each['load'] for each in runs):.0f} |"
        )
    return lines


def page(text: str, results: Sequence[dict[str, Any]]) -> str:
    """``text`` with the table of ``results`` between the marks."""
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    versions = sorted({each["versions"] for each in results})
    return "\n".join([before + BEGIN, "", *versions, "", *rows(results), "", END + after])


def main() -> None:
    """Write the page."""
    lines = Path(sys.argv[1]).read_text("utf-8").splitlines()
    PAGE.write_text(page(PAGE.read_text("utf-8"), [json.loads(line) for line in lines]), "utf-8")


if __name__ == "__main__":
    main()
