"""Sentinels lost: some are deleted at once and without grace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.prove.faults.bench import Verb
from redismanifests.prove.faults.fault import Fault

if TYPE_CHECKING:
    from redismanifests.prove.faults.bench import Bench
    from redismanifests.prove.faults.fault import Hit


async def _play(bench: Bench, hit: Hit) -> None:
    await bench.delete(*bench.sentinel.pods[: hit.sentinels], grace_s=0)


FAULT = Fault("sentinels-lost", Verb.DELETE, _play)
