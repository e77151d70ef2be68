"""Rehearsed: rehearsals as their JSON reports record them, and what changed from one to a later one.

Scenarios are judged, by subject; measures are only reported.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from redismanifests.prove.result.comparison import Direction
from redismanifests.prove.result.reading import as_read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_LITTLE_SHARE = 0.1
_LITTLE = {"s": 0.5, "": 0.0}
"""By unit: pods are asked five times a second, and a count that no longer is 0 matters."""
_LITTLE_OF_OTHERS = 1.0


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure of a run; no value is a time that never ended."""

    name: str
    value: float | None
    unit: str
    limit: float | None
    held: bool

    @property
    def plain(self) -> str:
        """The name without what was found: the same measure of another run has it too."""
        return self.name.partition(",")[0]

    @property
    def amount(self) -> float:
        """To compare it by."""
        return inf if self.value is None else self.value


@dataclass(frozen=True, slots=True)
class RunRead:
    """One run of a scenario."""

    subject: str
    scenario: str
    engine: str
    held: bool
    measures: tuple[Measured, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What a report of rehearsals says about each run; ``planned`` counts runs that never came, too."""

    version: str
    machine: str
    began: str
    planned: int
    runs: tuple[RunRead, ...]

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> Rehearsed:
        """Read one; raises ValueError for what is no report of rehearsals."""
        return as_read(cls, data)

    @property
    def engines(self) -> tuple[str, ...]:
        """The servers that ran."""
        return tuple(sorted({run.engine for run in self.runs} - {""}))

    @property
    def scenarios(self) -> dict[tuple[str, str], Repeats]:
        """The runs of each subject and scenario together, in the order in which they were run."""
        found: dict[tuple[str, str], list[RunRead]] = {}
        for run in self.runs:
            found.setdefault((run.subject, run.scenario), []).append(run)
        return {key: Repeats(tuple(runs)) for key, runs in found.items()}


@dataclass(frozen=True, slots=True)
class Repeats:
    """All runs of one scenario of one subject."""

    runs: tuple[RunRead, ...]

    @property
    def held(self) -> bool:
        """Whether each of them did."""
        return all(run.held for run in self.runs)

    @property
    def measures(self) -> dict[str, Measured]:
        """Of each measure the largest: limits bound it."""
        found: dict[str, Measured] = {}
        for measure in (measure for run in self.runs for measure in run.measures):
            known = found.get(measure.plain)
            if known is None or (not measure.held, measure.amount) > (not known.held, known.amount):
                found[measure.plain] = measure
        return found

    @property
    def problems(self) -> tuple[str, ...]:
        """What was wrong, each once."""
        return tuple(dict.fromkeys(problem for run in self.runs for problem in run.problems))


@dataclass(frozen=True, slots=True)
class ScenarioChange:
    """A scenario that holds no longer or again, or that only one of the two has."""

    direction: Direction
    subject: str
    scenario: str
    before: Repeats | None
    after: Repeats | None

    @property
    def worse(self) -> bool:
        """Whether this alone is reason to look: it holds no longer, or it is new and does not hold."""
        new = self.direction is Direction.NEW and self.after is not None and not self.after.held
        return self.direction is Direction.WORSE or new


@dataclass(frozen=True, slots=True)
class MeasureMoved:
    """A measure of a scenario that is far from what it was; None where one of the two has none."""

    subject: str
    scenario: str
    before: Measured | None
    after: Measured | None


@dataclass(frozen=True, slots=True)
class RehearsalComparison:
    """All that is different; ``same`` counts the scenarios that held, or did not hold, in both."""

    old: Rehearsed
    new: Rehearsed
    changes: tuple[ScenarioChange, ...]
    moved: tuple[MeasureMoved, ...]
    same: int

    @property
    def worse(self) -> bool:
        """Whether anything is."""
        return any(change.worse for change in self.changes)

    def of(self, direction: Direction) -> tuple[ScenarioChange, ...]:
        """The changes of one direction."""
        return tuple(change for change in self.changes if change.direction is direction)


def rehearsal_comparison(old: Rehearsed, new: Rehearsed) -> RehearsalComparison:
    """What is different in ``new``, the later one."""
    before, after = old.scenarios, new.scenarios
    changes, moved = [], []
    keys = dict.fromkeys((*before, *after))
    for key in keys:
        was, now = before.get(key), after.get(key)
        if (direction := _direction(was, now)) is not None:
            changes.append(ScenarioChange(direction, *key, was, now))
        if was is not None and now is not None:
            moved += [MeasureMoved(*key, *pair) for pair in _moved(was.measures, now.measures)]
    return RehearsalComparison(old, new, tuple(changes), tuple(moved), len(keys) - len(changes))


def _direction(was: Repeats | None, now: Repeats | None) -> Direction | None:
    if was is None:
        return Direction.NEW
    if now is None:
        return Direction.GONE
    if was.held == now.held:
        return None
    return Direction.BETTER if now.held else Direction.WORSE


def _moved(
    before: Mapping[str, Measured], after: Mapping[str, Measured]
) -> Iterator[tuple[Measured | None, Measured | None]]:
    for name in dict.fromkeys((*before, *after)):
        was, now = before.get(name), after.get(name)
        if was is None or now is None or was.held != now.held or not _alike(was, now):
            yield was, now


def _alike(was: Measured, now: Measured) -> bool:
    if was.unit != now.unit:
        return False
    little = max(_LITTLE.get(was.unit, _LITTLE_OF_OTHERS), _LITTLE_SHARE * min(was.amount, now.amount))
    return was.amount == now.amount or abs(was.amount - now.amount) <= little
