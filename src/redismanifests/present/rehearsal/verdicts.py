"""Verdicts: what became of the alerts of someone else's rule files, on a terminal, on a page and as data."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from redismanifests.present.document import Lines, Paragraph, Run, Section, Table, Tone
from redismanifests.prove.rehearse.alerts.verdict import verdicts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from redismanifests.present.document import Text
    from redismanifests.prove.rehearse.alerts.verdict import Fired, Verdict
    from redismanifests.prove.rehearse.suite import Record

_HOW = (
    "Expressions are evaluated as they are written. A wait is shortened by the factor of the other alerts: not below "
    "what a failover takes, and to a minute at the most. An expression that looks back further than a run lasts sees "
    "less than in reality."
)


def judged(record: Record) -> list[Verdict]:
    """A verdict for each alert of these files."""
    return list(verdicts([run.result for run in record.runs]))


def on_screen(found: Sequence[Verdict]) -> Iterator[Section]:
    """A section for each alert, for a terminal."""
    for each in found:
        yield Section(f"{each.rule.file}, {each.rule.alert}", [Lines(list(_lines(each)))], _verdict(each))


def on_page(found: Sequence[Verdict]) -> Iterator[Section]:
    """A table for each file."""
    for file in dict.fromkeys(each.rule.file for each in found):
        rows: list[list[Text]] = [
            [
                each.rule.alert,
                _verdict(each),
                _healthy(each),
                _fires(each.fires),
                ", ".join(each.silent) or "no scenario",
                ", ".join(each.missing),
                _wait(each),
            ]
            for each in found
            if each.rule.file == file
        ]
        head = ("alert", "verdict", "fires when healthy", "fires in", "silent in", "series not there", "for")
        yield Section(f"Alerts of {file}", [Paragraph(_HOW), Table(head, rows)], name="rules")


def as_data(found: Sequence[Verdict]) -> list[dict[str, object]]:
    """Values that JSON knows; seconds to a tenth."""
    return [
        {
            "file": each.rule.file,
            "alert": each.rule.alert,
            "for": each.rule.written_s,
            "rehearsedFor": round(each.rule.wait_s, 1),
            "firesWhenHealthy": each.healthy,
            "runs": each.runs,
            "firesIn": [
                {
                    **dataclasses.asdict(fired),
                    "first_s": round(fired.first_s, 1),
                    "last_s": round(fired.last_s, 1),
                }
                for fired in each.fires
            ],
            "silentIn": list(each.silent),
            "missing": list(each.missing),
        }
        for each in found
    ]


def _verdict(each: Verdict) -> Run:
    """One phrase; what makes an alert useless comes first."""
    if each.healthy:
        return Run("fires when healthy", Tone.BAD)
    if not each.fires:
        return Run("never fired", Tone.BAD)
    if any(fired.planned for fired in each.fires):
        return Run("fires in planned changes", Tone.OPEN)
    return Run("fired", Tone.GOOD)


def _lines(each: Verdict) -> Iterator[str]:
    if each.healthy:
        yield f"  healthy     {_healthy(each)}"
    yield f"  fires in    {_fires(each.fires)}"
    yield f"  silent in   {', '.join(each.silent) or 'no scenario'}"
    if each.missing:
        yield f"  not there   {', '.join(each.missing)}"
    if each.rule.written_s:
        yield f"  for         {_wait(each)}"


def _healthy(each: Verdict) -> str:
    return f"in {each.healthy} of {each.runs} runs" if each.healthy else "no"


def _fires(fires: Sequence[Fired]) -> str:
    return ", ".join(map(_fired, fires)) or "no scenario"


def _fired(each: Fired) -> str:
    first, last = f"{each.first_s:.0f}", f"{each.last_s:.0f}"
    after = f"{first} s" if first == last else f"{first} to {last} s"
    often = f", {each.fired} of {each.runs} runs" if each.runs > 1 else ""
    return f"{each.scenario} ({after}{often})"


def _wait(each: Verdict) -> str:
    written, here = each.rule.written_s, each.rule.wait_s
    return f"{written:g} s" + (f", {here:.0f} s here" if here < written else "") if written else ""
