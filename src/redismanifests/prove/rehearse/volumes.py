"""Volumes: what a scenario does to the volumes of pods: lose, damage, fill them, take a dump and put it back."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from redis.asyncio import Redis

from redismanifests.prove.toycluster.pods.volume import (
    damage_claim,
    empty_claim,
    fill_claim,
    lose_claim,
    read_dump,
    restore_dump,
    shrink_claim,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from redismanifests.prove.checks.workload import Workload
    from redismanifests.prove.rehearse.stage import Stage

_PAUSE_MS = 60_000
"""Long enough for a dump to be taken and every process to be killed."""


class Volumes:
    """The volumes of a rehearsal's pods."""

    def __init__(self, stage: Stage) -> None:
        """Those of the claims that are there when a method is called."""
        self._stage = stage

    def _claims(self, workload: Workload, number: int) -> list[str]:
        place, ordinal = self._stage.place(workload, number)
        return place.claims(ordinal)

    def lose(self, workload: Workload, ordinal: int) -> None:
        """Lose the data of an ordinal's claims."""
        self._stage.note("volume lost", workload.pods[ordinal])
        for claim in self._claims(workload, ordinal):
            lose_claim(self._stage.cluster.site.claims, claim)

    def damage(self, workload: Workload, ordinal: int) -> None:
        """Damage the largest file of data of an ordinal."""
        for claim in self._claims(workload, ordinal):
            name = damage_claim(self._stage.cluster.site.claims, claim)
            self._stage.note(f"64 bytes changed in {name}", workload.pods[ordinal])

    async def dump(self, pod: str) -> bytes:
        """A dump of a master, after which it takes no write any more; the way a person makes a backup."""
        access = self._stage.cluster.site.access
        client = Redis(
            host=self._stage.cluster.pods[pod].ip, port=self._stage.deployment.redis.port, **access.options()
        )
        await client.client_pause(_PAUSE_MS, all=False)
        await client.save()
        await client.aclose()
        self._stage.note("dump taken, writes paused", pod)
        claim = self._claims(self._stage.deployment.redis, self._stage.ordinal(pod))[0]
        return read_dump(self._stage.cluster.site.claims, claim, self._dump_file)

    def restore(self, workload: Workload, ordinal: int, dump: bytes) -> None:
        """Put a dump on the volume of an ordinal, whose pod is away."""
        self._stage.note(f"{self._dump_file} put on its volume", workload.pods[ordinal])
        claim = self._claims(workload, ordinal)[0]
        restore_dump(self._stage.cluster.site.claims, claim, self._dump_file, dump)

    @property
    def _dump_file(self) -> str:
        return self._stage.deployment.desired.redis_value("dbfilename") or "dump.rdb"

    async def shrink(self, workload: Workload, size: str) -> None:
        """Before anything is applied: let the claims of all pods be volumes of that size (``32m``)."""
        for ordinal in range(workload.replicas):
            for claim in self._claims(workload, ordinal):
                await shrink_claim(self._stage.cluster.site.claims, claim, size)

    @asynccontextmanager
    async def full(self, workload: Workload, ordinal: int) -> AsyncIterator[None]:
        """Leave no byte on the volumes of a pod meanwhile, and then all that was taken."""
        claims = self._claims(workload, ordinal)
        self._stage.note("volume full", workload.pods[ordinal])
        for claim in claims:
            fill_claim(self._stage.cluster.site.claims, claim)
        yield
        self._stage.note("volume has space again", workload.pods[ordinal])
        for claim in claims:
            empty_claim(self._stage.cluster.site.claims, claim)

    async def fill_for(self, workload: Workload, ordinal: int, seconds: float) -> None:
        """The same for this time."""
        async with self.full(workload, ordinal):
            await asyncio.sleep(seconds)

    def fill(self, workload: Workload) -> None:
        """Leave no byte on the volumes of all pods, for good."""
        self._stage.note("volumes full", workload.name)
        for ordinal in range(workload.replicas):
            for claim in self._claims(workload, ordinal):
                fill_claim(self._stage.cluster.site.claims, claim)
