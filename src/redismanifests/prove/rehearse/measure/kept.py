"""Kept: what each Redis still has at the end of what was there before, and whether replicas have what the master has.

Why: topology, roles and an application's own writes are right, too, over an emptied database.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.result import KEYS_OF_BEFORE, LOST_KEYS, Measure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from redismanifests.prove.rehearse.measure.dataset import Dataset
    from redismanifests.prove.rehearse.stage import Stage

_SETTLED_S = 10.0
"""Replication is asynchronous, and an application has just stopped."""
_POLL_S = 0.5


class Ending(Enum):
    """How the processes of all pods ended."""

    KILLED = "killed"
    STOPPED = "stopped"
    """By SIGTERM, at which a Redis with save points takes a snapshot."""


def survives(stage: Stage, ending: Ending) -> bool:
    """Whether data outlives the end of all pods at once, as redis.conf and the claims have it."""
    desired = stage.deployment.desired
    if not stage.cluster.sets[desired.redis.name].claims(0):
        return False
    if desired.redis_value("appendonly") == "yes":
        return True
    # Where no line says anything, the server has save points of its own.
    return ending is Ending.STOPPED and desired.redis_value("save") != ""


@dataclass(frozen=True, slots=True)
class Kept:
    """``loaded`` keys of before, how many the master lost, and how many keys each replica lacks."""

    loaded: int
    lost: int
    lacking: Mapping[str, int]
    """Replica -> keys of before and found writes that it does not have as they were written."""
    master: str

    @property
    def text(self) -> str:
        """The figure that a person looks for."""
        return f"keys of before: {self.loaded - self.lost:,} of {self.loaded:,}"

    def measures(self, *, volatile: bool) -> Iterator[Measure]:
        """The figures; where all was volatile, losses are reported and not judged."""
        if not self.loaded:
            return
        yield Measure(KEYS_OF_BEFORE, self.loaded, "")
        yield Measure(LOST_KEYS, self.lost, "", None if volatile else 0)
        worst = max(self.lacking.values(), default=0)
        yield Measure("keys that a replica lacks", worst, "", 0)

    @property
    def problems(self) -> Iterator[str]:
        """Who lacks what."""
        if self.loaded and not self.master:
            yield "the keys of before could not be counted: there is not exactly one master"
        for pod, keys in self.lacking.items():
            if keys:
                yield f"{pod} lacks {keys:,} keys that were loaded or acknowledged"


async def count(stage: Stage, before: Dataset, written: Mapping[str, str]) -> Kept:
    """Count on the master, and on every replica as soon as it has what the master has, or at the limit."""
    until = time.monotonic() + _SETTLED_S
    while True:
        master = await stage.master()
        lost = await before.lost(master) if master else before.keys
        lacking = {}
        for pod in stage.deployment.redis.pods:
            if master and pod != master and pod in stage.cluster.pods:
                lacking[pod] = max(0, await before.lost(pod) - lost) + await before.lacking(
                    pod, written.items()
                )
        if time.monotonic() > until or (master and not lost and not any(lacking.values())):
            return Kept(before.keys, lost, lacking, master)
        await asyncio.sleep(_POLL_S)
