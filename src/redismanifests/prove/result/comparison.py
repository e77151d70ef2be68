"""Comparison: what became better or worse from one verification to a later one.

Checks, requirements and drills are judged; figures are only reported.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from redismanifests.prove.checks.probe import Status
from redismanifests.prove.result.figure import figures

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from redismanifests.prove.result.figure import Figure
    from redismanifests.prove.result.verification import Verification

_RANK = {Status.FAILED: 0, Status.NOT_VERIFIED: 1, Status.PASSED: 2}
"""What is not known is worse than what was seen to be right, and better than what was seen to be wrong."""


class Direction(StrEnum):
    """What became of it."""

    WORSE = "worse"
    BETTER = "better"
    NEW = "new"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Change:
    """``subject`` is a check, a requirement or a drill; ``facts`` are why it is now as it is."""

    direction: Direction
    subject: str
    before: Status | None
    after: Status | None
    facts: tuple[str, ...]

    @property
    def worse(self) -> bool:
        """Whether this alone is reason to look: it got worse, or it is new and fails."""
        return self.direction is Direction.WORSE or (
            self.direction is Direction.NEW and self.after is Status.FAILED
        )


@dataclass(frozen=True, slots=True)
class Moved:
    """A figure that is not what it was; None where one of the two has none."""

    name: str
    before: Figure | None
    after: Figure | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that is different; ``same`` counts the checks, requirements and drills that are not."""

    old: Verification
    new: Verification
    changes: tuple[Change, ...]
    moved: tuple[Moved, ...]
    same: int

    @property
    def worse(self) -> bool:
        """Whether anything is."""
        return any(change.worse for change in self.changes)

    def of(self, direction: Direction) -> tuple[Change, ...]:
        """The changes of one direction."""
        return tuple(change for change in self.changes if change.direction is direction)


def comparison(old: Verification, new: Verification) -> Comparison:
    """What is different in ``new``, the later one."""
    before, after = dict(_standings(old)), dict(_standings(new))
    changes = tuple(_changes(before, after))
    same = len(before.keys() | after.keys()) - len(changes)
    return Comparison(old, new, changes, tuple(_moved(figures(old), figures(new))), same)


class _Standing(NamedTuple):
    subject: str
    status: Status
    facts: tuple[str, ...]


def _standings(verification: Verification) -> Iterator[tuple[str, _Standing]]:
    """By what they are known by: the code of a check stays, its name may get better."""
    for outcome in verification.outcomes:
        yield outcome.code, _Standing(f"{outcome.code} {outcome.name}", outcome.status, outcome.facts)
    for judged in verification.matrix:
        subject = f"requirement {judged.claim.id}"
        yield subject, _Standing(subject, judged.status, judged.reasons)
    held: dict[str, tuple[str, ...]] = {}
    for drill in verification.drills:
        held[drill.kind] = (*held.get(drill.kind, ()), *drill.wrong)
    for kind, wrong in held.items():
        subject = f"drill {kind}"
        yield subject, _Standing(subject, Status.FAILED if wrong else Status.PASSED, wrong)


def _changes(before: Mapping[str, _Standing], after: Mapping[str, _Standing]) -> Iterator[Change]:
    for key in dict.fromkeys((*before, *after)):
        was, now = before.get(key), after.get(key)
        if was is None and now is not None:
            yield Change(Direction.NEW, now.subject, None, now.status, now.facts)
        elif was is not None and now is None:
            yield Change(Direction.GONE, was.subject, was.status, None, was.facts)
        elif was is not None and now is not None and was.status is not now.status:
            direction = Direction.BETTER if _RANK[now.status] > _RANK[was.status] else Direction.WORSE
            # Why it was wrong is what one wants to know of what is right now.
            yield Change(direction, now.subject, was.status, now.status, now.facts or was.facts)


def _moved(before: Iterable[Figure], after: Iterable[Figure]) -> Iterator[Moved]:
    old, new = ({figure.name: figure for figure in each} for each in (before, after))
    for name in dict.fromkeys((*old, *new)):
        was, now = old.get(name), new.get(name)
        if str(was) != str(now):
            yield Moved(name, was, now)
