"""Rehearsals: what is different between two reports of rehearsals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.present.document import Document, Lines, Paragraph, Points, Run, Table, Tone, status
from redismanifests.present.documents.comparison.verifications import TONES, counted, ordered
from redismanifests.present.rehearsal.figure import limit, shown
from redismanifests.present.rehearsal.machine import finite
from redismanifests.prove.result.comparison import Direction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.present.document import Block, Text
    from redismanifests.prove.result.rehearsed import (
        Measured,
        MeasureMoved,
        RehearsalComparison,
        Rehearsed,
        Repeats,
        ScenarioChange,
    )


def rehearsals_compared(comparison: RehearsalComparison) -> Document:
    """The answer first, then what got worse; measures last."""
    count = counted(comparison.of, comparison.same)
    answer = Run(_answer(comparison), Tone.BAD if comparison.worse else Tone.GOOD, strong=comparison.worse)
    heads = list(_heads(comparison))
    measures = _measures(comparison)
    lines = list(_lines(comparison))
    return Document(
        title=f"redismanifests report diff: {count}",
        level=3,
        screen=[
            Lines([answer]),
            Lines(heads),
            *([Lines(lines)] if lines else []),
            *measures,
            Lines([count]),
        ],
        blocks=[Paragraph(answer), Points(heads), *_table(comparison), *measures],
        data=_data(comparison),
    )


def _answer(comparison: RehearsalComparison) -> str:
    lost = len(comparison.of(Direction.WORSE))
    new = sum(change.worse for change in comparison.of(Direction.NEW))
    said = [f"{lost} scenario{'s no longer hold' if lost > 1 else ' no longer holds'}"] if lost else []
    said += [f"{new} new scenario{'s do not hold' if new > 1 else ' does not hold'}"] if new else []
    return ", ".join(said) or "nothing got worse"


def _heads(comparison: RehearsalComparison) -> Iterator[str]:
    old, new = comparison.old, comparison.new
    for word, each in (("old", old), ("new", new)):
        missing = each.planned - len(each.runs)
        yield (
            f"{word}: {', '.join(dict.fromkeys(run.subject for run in each.runs)) or 'no run'} on {each.machine}, "
            f"{each.began}, {', '.join(each.engines) or 'no server'}"
            + (f", {missing} not run" if missing > 0 else "")
        )
    if old.machine != new.machine:
        yield "these are two machines: times may differ for that reason"
    if new.began < old.began:
        yield "the new one is older than the old one"


def _lines(comparison: RehearsalComparison) -> Iterator[Text]:
    for change in ordered(comparison.of):
        word = Run(f"{change.direction:<6}", TONES[change.direction])
        yield (word, f"  {change.subject}, {change.scenario}: {_turn(change)}")
        yield from (f"        {fact}" for fact in _facts(change))


def _turn(change: ScenarioChange) -> str:
    if change.before is None:
        return _verdict(change.after)
    if change.after is None:
        return f"was {_verdict(change.before)}"
    return f"{_verdict(change.before)}, now {_verdict(change.after)}"


def _verdict(repeats: Repeats | None) -> str:
    return "" if repeats is None else "held" if repeats.held else "failed"


def _facts(change: ScenarioChange) -> list[str]:
    """Why it does not hold now, or did not."""
    of = change.before if change.after is None or change.direction is Direction.BETTER else change.after
    if of is None:
        return []
    exceeded = [f"{m.name} {_value(m)} exceeds {_limit(m)}" for m in of.measures.values() if not m.held]
    return [*exceeded, *of.problems]


def _table(comparison: RehearsalComparison) -> Iterator[Block]:
    if comparison.changes:
        rows = [
            (
                Run(str(change.direction), strong=change.worse),
                change.subject,
                change.scenario,
                status(_verdict(change.before)),
                status(_verdict(change.after)),
                "; ".join(_facts(change)),
            )
            for change in ordered(comparison.of)
        ]
        yield Table(("change", "subject", "scenario", "before", "after", "because"), rows)


def _measures(comparison: RehearsalComparison) -> list[Block]:
    rows = [
        (
            f"{moved.subject}, {moved.scenario}",
            _of(moved).name,
            _value(moved.before),
            _value(moved.after),
            _limit(_of(moved)),
            status("" if _of(moved).held else "exceeded"),
        )
        for moved in comparison.moved
    ]
    return [Table(("scenario", "measure", "before", "after", "limit", "verdict"), rows, 2)] if rows else []


def _of(moved: MeasureMoved) -> Measured:
    """The later one, where there is one."""
    found = moved.after or moved.before
    assert found is not None  # one of the two has it
    return found


def _value(measure: Measured | None) -> str:
    return "none" if measure is None else shown(measure.amount, measure.unit)


def _limit(measure: Measured) -> str:
    return limit(measure.limit, measure.unit)


def _data(comparison: RehearsalComparison) -> dict[str, object]:
    return {
        "worse": comparison.worse,
        "old": _which(comparison.old),
        "new": _which(comparison.new),
        "changes": [
            {
                "direction": change.direction,
                "subject": change.subject,
                "scenario": change.scenario,
                "before": _verdict(change.before) or None,
                "after": _verdict(change.after) or None,
                "facts": _facts(change),
            }
            for change in comparison.changes
        ],
        "figures": [
            {
                "subject": moved.subject,
                "scenario": moved.scenario,
                "name": _of(moved).name,
                "unit": _of(moved).unit,
                "before": finite(moved.before.value if moved.before else None),
                "after": finite(moved.after.value if moved.after else None),
                "limit": finite(_of(moved).limit),
                "held": _of(moved).held,
            }
            for moved in comparison.moved
        ],
        "same": comparison.same,
    }


def _which(rehearsed: Rehearsed) -> dict[str, object]:
    return {
        "when": rehearsed.began,
        "machine": rehearsed.machine,
        "engines": list(rehearsed.engines),
        "planned": rehearsed.planned,
        "runs": len(rehearsed.runs),
        "version": rehearsed.version,
    }
