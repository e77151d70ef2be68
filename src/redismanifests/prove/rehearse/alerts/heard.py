"""Heard: what each alert of someone else's did in a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping, Sequence

_GAP = 2.5
"""Evaluations between two moments at which an alert fires, after which it has begun again."""


@dataclass(frozen=True, slots=True)
class ForeignAlert:
    """One alerting rule; times in seconds."""

    file: str
    alert: str
    mark: str
    written_s: float
    """Its `for`."""
    wait_s: float
    """The same in a rehearsal."""
    reads: tuple[str, ...]
    """Names of the series that its expression selects."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What one of them did in a run."""

    rule: ForeignAlert
    healthy: bool
    """Whether it fired while nothing had been done to the deployment."""
    after_s: float | None
    """When it first began to fire after the fault, in seconds; None if it did not."""
    missing: tuple[str, ...]
    """Series that it reads and that were never there."""


def heard(
    alerts: Sequence[ForeignAlert],
    firing: Mapping[str, Sequence[float]],
    fault_at: float,
    series: Container[str],
    interval_s: float,
) -> Iterator[Heard]:
    """What each did; ``firing`` has the moments by the marks, ``series`` all names that there were."""
    for rule in alerts:
        moments = sorted(firing.get(rule.mark, ()))
        # Without those that only go on with what was before the fault.
        began = (
            moment
            for moment, before in zip(moments, [float("-inf"), *moments], strict=False)
            if moment >= fault_at and moment - before > _GAP * interval_s
        )
        first = next(began, None)
        yield Heard(
            rule,
            bool(moments) and moments[0] < fault_at,
            None if first is None else first - fault_at,
            tuple(name for name in rule.reads if name not in series),
        )
