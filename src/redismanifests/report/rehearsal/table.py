"""Table: the record of rehearsals on a terminal.

What must not come in: printing, deciding whether there is a terminal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.source import printable
from redismanifests.report.rehearsal.figure import groups, rows, summary
from redismanifests.report.text import painted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redismanifests.rehearse.suite import Record, Run

_NAME = 26
"""Columns of a scenario's name; all of ours fit."""


def line_text(run: Run, *, subject: bool, colour: bool = False) -> str:
    """One finished run in one line; with the ``subject`` where there are several."""
    name = f"{run.subject} {run.result.scenario}" if subject else run.result.scenario
    return f"{_verdict(run.result.held, colour)} {printable(f'{name:<{_NAME}} {summary(run)}')}"


def record_text(record: Record, *, colour: bool = False) -> str:
    """A table for each scenario, and a last line that says it all."""
    tables = [_table(group, colour) for group in groups(record.runs)]
    held = sum(run.result.held for run in record.runs)
    engines = ", ".join(sorted({run.result.engine for run in record.runs} - {""}))
    seconds = sum(run.result.took_s for run in record.runs)
    last = f"{held} of {record.planned} held in {seconds:.0f} s" + (f", {engines}" if engines else "")
    missing = record.planned - len(record.runs)
    return "\n".join([*tables, last + (f"; {missing} not run" if missing else "")]) + "\n"


def _table(group: Sequence[Run], colour: bool) -> str:
    first = group[0]
    held = sum(run.result.held for run in group)
    many = len(group) > 1
    verdict = _verdict(held == len(group), colour).strip()
    count = f" ({held} of {len(group)})" if many else ""
    title = printable(f"{first.subject}, {first.result.scenario}: {first.about}")
    lines = [f"{title}: {verdict}{count}"]
    cells = [("measure", *(("median", "maximum") if many else ("value",)), "limit", "")]
    for row in rows(group):
        values = (row.median, row.maximum) if many else (row.maximum,)
        cells.append((row.name, *values, row.limit, "" if row.held else "exceeded"))
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for number, (name, *figures, remark) in enumerate(cells):
        aligned = (f"{value:>{width}}" for value, width in zip(figures, widths[1:-1], strict=True))
        text = f"  {name:<{widths[0]}}  {'  '.join(aligned)}".rstrip()
        lines.append(f"{_dim(text, colour and not number)}{f'  {_bad(remark, colour)}' if remark else ''}")
    problems = dict.fromkeys(problem for run in group for problem in run.result.problems)
    lines += [f"  {_bad('wrong', colour)}: {printable(problem)}" for problem in problems]
    return "\n".join(lines) + "\n"


def _verdict(held: bool, colour: bool) -> str:
    return painted("held  ", "32", colour) if held else painted("FAILED", "31;1", colour)


def _bad(text: str, colour: bool) -> str:
    return painted(text, "31;1", colour)


def _dim(text: str, colour: bool) -> str:
    return painted(text, "2", colour)
