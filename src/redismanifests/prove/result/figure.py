"""Figure: the numbers of a verification that are worth comparing with those of another day.

They are read from evidence that probes kept, and from drills.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.prove.result.verification import Verification

_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its unit; None for a time that never ended."""

    name: str
    value: float | None
    unit: str

    def __str__(self) -> str:
        """As a person reads it."""
        if self.value is None:
            return "never ended"
        return f"{self.value:.2f} {self.unit}" if self.unit in ("s", "MiB") else f"{self.value:g}"


def figures(verification: Verification) -> tuple[Figure, ...]:
    """Times and losses of drills, then memory and lag of the pods."""
    return (*_of_drills(verification), *_of_pods(verification))


def _of_drills(verification: Verification) -> Iterator[Figure]:
    for drill in verification.drills:
        yield Figure(f"outage of drill {drill.kind}", drill.outage_s, "s")
        yield Figure(f"agreed again after drill {drill.kind}", drill.agreed_s, "s")
        lost = None if drill.lost is None else float(drill.lost)
        yield Figure(f"writes lost in drill {drill.kind}", lost, "")


def _of_pods(verification: Verification) -> Iterator[Figure]:
    yield Figure("bound of a failover", verification.bounds.failover_s, "s")
    used: dict[str, float] = {}
    lags: list[float] = []
    for outcome in verification.outcomes:
        for evidence in outcome.evidence:
            if found := re.search(r"^used_memory: ?(\d+)$", evidence.output, re.MULTILINE):
                used[evidence.pod] = int(found[1]) / _MIB
            lags += map(float, re.findall(r"^slave\d+: ?\S*\blag=(\d+)", evidence.output, re.MULTILINE))
    for pod, mebibytes in sorted(used.items()):
        yield Figure(f"memory used by {pod}", mebibytes, "MiB")
    if lags:
        yield Figure("largest lag of a replica", max(lags), "s")
