"""Rehearsal: runs of scenarios on a terminal, and the scenarios that there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.present.document import Document, Lines, Run, Section, Table, Tone
from redismanifests.present.rehearsal.figure import engines, groups, rows, summary
from redismanifests.present.rehearsal.machine import record_data

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from redismanifests.present.document import Text
    from redismanifests.prove.rehearse.scenario import Scenario
    from redismanifests.prove.rehearse.suite import Record
    from redismanifests.prove.rehearse.suite import Run as Played

_NAME = 26
"""Columns of a scenario's name; all of ours fit."""


def finished(run: Played, *, subject: bool) -> Document:
    """One finished run in one line; with the ``subject`` where there are several."""
    name = f"{run.subject} {run.result.scenario}" if subject else run.result.scenario
    word = Run("held", Tone.GOOD) if run.result.held else Run("FAILED", Tone.BAD)
    return Document(
        screen=[Lines([(word, f"{'   ' if run.result.held else ' '}{name:<{_NAME}} {summary(run)}")])]
    )


def rehearsal(record: Record, *, every: bool = True) -> Document:
    """A table for each scenario, and a last line that sums up.

    Without ``every``, one that passed once has none: its line is on the screen already.
    """
    found = groups(record.runs)
    shown = [
        group
        for group in found
        if every or len(found) == 1 or len(group) > 1 or not all(run.result.held for run in group)
    ]
    held = sum(run.result.held for run in record.runs)
    played, missing = engines(record), record.planned - len(record.runs)
    last = f"{held} of {record.planned} held in {record.took_s:.0f} s" + (
        f", with {played}" if played else ""
    )
    warning = (
        [] if record.same_engine else [Lines([(Run("Not the deployed version", Tone.BAD), f": {played}.")])]
    )
    return Document(
        screen=[*warning, *map(_table, shown), Lines([last + (f"; {missing} not run" if missing else "")])],
        data=record_data(record),
    )


def scenarios(known: Sequence[Scenario], quick: Collection[str]) -> Document:
    """The scenarios that there are."""
    width = max(len(each.name) for each in known)
    return Document(
        screen=[
            Lines([f"{s.name:<{width}}  {s.about}{' (quick)' if s.name in quick else ''}" for s in known])
        ],
        data=[{"name": s.name, "about": s.about, "quick": s.name in quick} for s in known],
    )


def _table(group: Sequence[Played]) -> Section:
    first, held, many = group[0], sum(run.result.held for run in group), len(group) > 1
    count = f" ({held} of {len(group)})" if many else ""
    whole = held == len(group)
    verdict = Run(f"{'held' if whole else 'FAILED'}{count}", Tone.GOOD if whole else Tone.BAD)
    title = f"{first.subject}, {first.result.scenario}: {first.about}"
    head = ("measure", *(("median", "maximum") if many else ("value",)), "limit", "")
    cells = [
        (
            row.name,
            *((row.median, row.maximum) if many else (row.maximum,)),
            row.limit,
            "" if row.held else Run("exceeded", Tone.BAD),
        )
        for row in rows(group)
    ]
    problems = dict.fromkeys(problem for run in group for problem in run.result.problems)
    wrong: list[Text] = [("  ", Run("wrong", Tone.BAD), f": {problem}") for problem in problems]
    return Section(title, [Table(head, cells, 1, indent="  "), Lines(wrong)], verdict)
