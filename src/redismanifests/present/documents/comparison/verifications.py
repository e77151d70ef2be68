"""Comparison: what is different between two verifications."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from redismanifests.present.document import Document, Lines, Points, Run, Table, Tone, status
from redismanifests.present.verification.words import stamp
from redismanifests.prove.result.comparison import Direction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from redismanifests.present.document import Block, Text
    from redismanifests.prove.result.comparison import Change, Comparison
    from redismanifests.prove.result.figure import Figure
    from redismanifests.prove.result.verification import Verification

Changed = TypeVar("Changed")

TONES = {
    Direction.WORSE: Tone.BAD,
    Direction.BETTER: Tone.GOOD,
    Direction.NEW: Tone.NOTE,
    Direction.GONE: Tone.OPEN,
}


def compared(comparison: Comparison) -> Document:
    """What got worse first, the figures last."""
    count = counted(comparison.of, comparison.same)
    heads = list(_heads(comparison))
    return Document(
        title=f"redismanifests report diff: {count}",
        level=3,
        screen=[Lines(heads), Lines([*_lines(comparison), count])],
        blocks=[Points(heads), *_tables(comparison)],
        data=_data(comparison),
    )


def counted(of: Callable[[Direction], Sequence[object]], same: int) -> str:
    """How many changes of each direction there are, and how many of neither."""
    counts = [f"{n} {direction}" for direction in Direction if (n := len(of(direction)))]
    return ", ".join([*counts, f"{same} the same"])


def ordered(of: Callable[[Direction], Sequence[Changed]]) -> Iterator[Changed]:
    """All changes, what got worse first."""
    for direction in Direction:
        yield from of(direction)


def _heads(comparison: Comparison) -> Iterator[str]:
    old, new = comparison.old, comparison.new
    for word, each in (("old", old), ("new", new)):
        where = f"{each.deployment} in {each.subject.namespace}, {each.subject.kind} {each.subject.name}"
        yield f"{word}: {where}, {stamp(each.at)}, {', '.join(each.engines) or 'no server'}"
    if old.digest != new.digest:
        yield "the profile is not the same text"
    if (old.deployment, old.subject.namespace) != (new.deployment, new.subject.namespace):
        yield "these are two deployments"
    if old.subject.kind is not new.subject.kind:
        yield "they were not looked at in the same way"
    if new.at < old.at:
        yield "the new one is older than the old one"


def _lines(comparison: Comparison) -> Iterator[Text]:
    for change in ordered(comparison.of):
        word = Run(f"{change.direction:<6}", TONES[change.direction])
        yield (word, f"  {change.subject}: {_turn(change)}")
        yield from (f"        {fact}" for fact in change.facts)
    for moved in comparison.moved:
        yield f"figure  {moved.name}: {_shown(moved.before)} -> {_shown(moved.after)}"


def _turn(change: Change) -> str:
    if change.before is None:
        return str(change.after)
    return f"was {change.before}" if change.after is None else f"{change.before}, now {change.after}"


def _tables(comparison: Comparison) -> Iterator[Block]:
    if comparison.changes:
        rows = [
            (
                Run(str(change.direction), strong=change.worse),
                change.subject,
                status(change.before or ""),
                status(change.after or ""),
                "; ".join(change.facts),
            )
            for change in ordered(comparison.of)
        ]
        yield Table(("change", "what", "before", "after", "because"), rows)
    if comparison.moved:
        moved = [(each.name, _shown(each.before), _shown(each.after)) for each in comparison.moved]
        yield Table(("figure", "before", "after"), moved)


def _data(comparison: Comparison) -> dict[str, object]:
    return {
        "worse": comparison.worse,
        "old": _which(comparison.old),
        "new": _which(comparison.new),
        "changes": [
            {
                "direction": change.direction,
                "subject": change.subject,
                "before": change.before,
                "after": change.after,
                "facts": list(change.facts),
            }
            for change in comparison.changes
        ],
        "figures": [
            {
                "name": moved.name,
                "unit": next(each.unit for each in (moved.before, moved.after) if each),
                "before": moved.before.value if moved.before else None,
                "after": moved.after.value if moved.after else None,
            }
            for moved in comparison.moved
        ],
        "same": comparison.same,
    }


def _which(verification: Verification) -> dict[str, str]:
    return {
        "when": stamp(verification.at),
        "deployment": verification.deployment,
        "namespace": verification.subject.namespace,
        "profile": verification.profile,
        "digest": verification.digest,
        "version": verification.version,
    }


def _shown(figure: Figure | None) -> str:
    return "none" if figure is None else str(figure)
