"""Result: what a scenario measured, against its limits.

Why: reports, tests and exit codes all read these frozen values. What must not come in: how they are shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from redismanifests.probes.probe import Outcome
from redismanifests.rehearse.log import Line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from redismanifests.rehearse.event import Event


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure; without a limit it is told, not judged."""

    name: str
    value: float
    unit: str
    limit: float | None = None

    @property
    def held(self) -> bool:
        """Whether the figure is within its limit."""
        return self.limit is None or self.value <= self.limit


@dataclass(frozen=True, slots=True)
class Result:
    """How one scenario went. ``problems`` are faults that are no figures (a wrong topology, an unknown replica)."""

    scenario: str
    measures: tuple[Measure, ...]
    problems: tuple[str, ...]
    not_carried: tuple[str, ...]
    pauses: tuple[tuple[float, float], ...] = ()
    """When no write was acknowledged for over a quarter of a second: from and to, in seconds since 1970."""
    log: tuple[Line, ...] = ()
    """What every container said, by time."""
    events: tuple[Event, ...] = ()
    probes: tuple[Outcome, ...] = ()
    """Every probe at the end; those that failed are problems as well."""

    @property
    def held(self) -> bool:
        """Whether everything held."""
        return not self.problems and all(measure.held for measure in self.measures)

    @property
    def engine(self) -> str:
        """Name and version of the server that ran; empty if none ever answered."""
        return next((event.text for event in self.events if event.kind == "Engine"), "")

    @property
    def began(self) -> float:
        """When the first thing happened, in seconds since 1970."""
        return self.events[0].at if self.events else 0.0

    @property
    def took_s(self) -> float:
        """From the first event to the last."""
        return self.events[-1].at - self.began if self.events else 0.0

    def phase(self, name: str) -> float | None:
        """When a phase of the scenario (apply, write, fault, recover, look-up, end) began; None if it never did."""
        phases = (event for event in self.events if event.kind == "Phase" and event.subject == name)
        return next((event.at for event in phases), None)

    @property
    def fault_at(self) -> float | None:
        """When the first thing was done to it, what set the scene apart; None if nothing ever was."""
        since = self.phase("fault")
        if since is None:
            return None
        return next((e.at for e in self.events if e.kind == "Fault" and e.at >= since), None)

    def measure(self, name: str) -> Measure:
        """The figure of that name."""
        return next(measure for measure in self.measures if measure.name == name)

    @classmethod
    def from_json(cls, data: Mapping[str, Any], events: tuple[Event, ...]) -> Result:
        """Read a result that crossed the border of the namespaces."""
        return cls(
            scenario=data["scenario"],
            measures=tuple(Measure(**measure) for measure in data["measures"]),
            problems=tuple(data["problems"]),
            not_carried=tuple(data["not_carried"]),
            pauses=tuple((begins, ends) for begins, ends in data["pauses"]),
            log=tuple(Line(**line) for line in data["log"]),
            events=events,
            probes=tuple(Outcome.from_json(each) for each in data["probes"]),
        )
