"""Value: what a timeline shows, in seconds from a zero that its owner chooses (the fault, the first event)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class State(Enum):
    """What a pod is at a moment; the value is how a legend calls it."""

    MASTER = "master"
    REFUSING = "master that refuses writes"
    REPLICA = "replica"
    DETACHED = "replica without its master"
    SENTINEL = "Sentinel"
    CLIENT = "application"
    LOADING = "loads its data"
    SILENT = "does not answer"
    STARTING = "pod without a server"
    GONE = "no pod"


@dataclass(frozen=True, slots=True)
class Span:
    """A time in which nothing changed."""

    begins: float
    ends: float
    state: State
    ready: bool


@dataclass(frozen=True, slots=True)
class Lane:
    """One pod: its spans without gaps, by time."""

    name: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment worth knowing; a fault is something that was done, anything else followed."""

    at: float
    text: str
    fault: bool = False


@dataclass(frozen=True, slots=True)
class Timeline:
    """Everything that one picture shows."""

    name: str
    """Unique in a page: letters, digits, dots and dashes."""
    title: str
    begins: float
    ends: float
    lanes: tuple[Lane, ...]
    marks: tuple[Mark, ...]
    outages: tuple[tuple[float, float], ...]
    """When no write was acknowledged: from, to."""
    limit: float | None = None
    """How long the longest outage may take; None where nothing was promised."""

    @property
    def judged(self) -> tuple[float, float] | None:
        """The outage that the limit is about: what ended before the zero belongs to the preparation."""
        after = [outage for outage in self.outages if outage[1] > 0]
        return max(after, key=lambda outage: outage[1] - outage[0], default=None)


def step_of(span: float, most: int, steps: Sequence[float]) -> float:
    """The smallest step with which at most ``most`` of them cover ``span``; beyond ``steps`` it grows by tens."""
    for step in steps:
        if span / step <= most:
            return step
    step = steps[-1]
    while span / step > most:
        step *= 10
    return step
