"""Result: what a scenario measured, against its limits.

Why: reports, tests and exit codes all read these frozen values.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from redismanifests.prove.checks.probe import Outcome
from redismanifests.prove.rehearse.alerts.heard import Heard
from redismanifests.prove.rehearse.alerts.shown import Shown
from redismanifests.prove.rehearse.alerts.sounded import Sounded
from redismanifests.prove.rehearse.bench.substitution import same_engine
from redismanifests.prove.result.reading import as_read
from redismanifests.prove.toycluster.event import Event
from redismanifests.prove.toycluster.log import Line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

KEYS_OF_BEFORE, LOST_KEYS = "keys of before", "lost keys of before"
"""How many keys were there before the application wrote, and how many of them the master lacks at the end."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure; without a limit it is reported, not judged."""

    name: str
    value: int | float
    """A count stays a whole number when it is read back."""
    unit: str
    limit: int | float | None = None

    @property
    def held(self) -> bool:
        """Whether the figure is within its limit."""
        return self.limit is None or self.value <= self.limit


def fired(alert: Sounded) -> Measure | None:
    """When an alert fired, against its limit; None if it did not."""
    if alert.after_s is None:
        return None
    return Measure(f"{alert.alert} fired after", round(alert.after_s, 1), "s", alert.limit_s)


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
    alerts: tuple[Sounded, ...] = ()
    """Alerts that fired, had to, or had to be silent; none where no Prometheus watched."""
    foreign: tuple[Heard, ...] = ()
    """Alerts of someone else's rule files, which judge nothing."""
    boards: tuple[Shown, ...] = ()
    """What dashboards showed."""

    @property
    def held(self) -> bool:
        """Whether everything held."""
        return not self.problems and all(measure.held for measure in self.measures)

    @property
    def engine(self) -> str:
        """Name and version of the server that ran; empty if none ever answered."""
        return next((event.text for event in self.events if event.kind == "Engine"), "")

    @property
    def deployed(self) -> str:
        """Name and version of the server whose image the objects name; empty if its tag has none."""
        return next((event.text for event in self.events if event.kind == "Deployed"), "")

    @property
    def stands_in(self) -> bool:
        """Whether the server that ran is another one than the objects deploy."""
        return bool(self.engine) and not same_engine(self.deployed, self.engine)

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
    def from_json(cls, data: Mapping[str, Any], events: Sequence[Event]) -> Result:
        """Read a result that crossed the border of the namespaces; its ``events`` came one by one."""
        plain = [dataclasses.asdict(event) for event in events]
        return as_read(cls, {**data, "events": plain}, finite=False)
