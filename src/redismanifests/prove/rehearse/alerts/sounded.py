"""Sounded: when each alert fired in a run, and whether it should have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from redismanifests.prove.rehearse.alerts.heard import Heard  # noqa: TC001 (it is read back by its types)
from redismanifests.prove.rehearse.alerts.shown import Shown  # noqa: TC001 (as above)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from redismanifests.prove.rehearse.alerts.order import Order


@dataclass(frozen=True, slots=True)
class Sounded:
    """One alert; times in seconds since the fault."""

    alert: str
    severity: str
    after_s: float | None
    """When it first fired; None if it never did, below zero before the fault."""
    limit_s: float | None
    """By when it had to; None where it had not to."""
    forbidden: bool
    """Whether it had to be silent."""

    @property
    def held(self) -> bool:
        """Whether it did what it had to, in time."""
        late = self.after_s is not None and self.limit_s is not None and self.after_s > self.limit_s
        return not self.problem and not late

    @property
    def problem(self) -> str:
        """What is wrong with it that no measure says; empty if nothing is."""
        if self.after_s is None:
            return (
                f"{self.alert} did not fire (limit {self.limit_s:.0f} s)" if self.limit_s is not None else ""
            )
        if self.forbidden:
            return f"{self.alert} fired {self.after_s:.1f} s after the fault, and had to be silent"
        if self.after_s < 0 and self.severity == "page":
            return f"{self.alert} fired {-self.after_s:.1f} s before the fault"
        return ""


@dataclass(frozen=True, slots=True)
class Watched:
    """All that a Prometheus has seen in a run."""

    alerts: tuple[Sounded, ...] = ()
    """Those that fired, had to, or had to be silent."""
    foreign: tuple[Heard, ...] = ()
    """Alerts of someone else's rule files, which judge nothing."""
    boards: tuple[Shown, ...] = ()


class Watching(Protocol):
    """What a scenario may ask of a Prometheus that watches."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What is other than rendered, and what this machine cannot show."""

    async def begin(self) -> None:
        """Start it, and wait until it has seen every pod."""

    async def fired(self) -> None:
        """The fault is complete: wait until every alert that must fire has."""

    async def account(self, fault_at: float) -> Watched:
        """What was seen from the beginning to now."""


def sounded(
    order: Order, firing: Mapping[str, Sequence[float]], fault_at: float, complete_at: float
) -> Iterator[Sounded]:
    """Every alert that fired, had to, or had not to; ``firing`` has the moments at which each was seen firing."""
    for alert, severity in order.severities.items():
        moments = firing.get(alert, ())
        bound = order.must.get(alert)
        forbidden = alert in order.must_not
        if not moments and bound is None and not forbidden:
            continue
        yield Sounded(
            alert,
            severity,
            min(moments) - fault_at if moments else None,
            None if bound is None else round(bound + complete_at - fault_at, 1),
            forbidden,
        )
