"""Both rolled: every pod of both sets is replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.prove.faults.bench import Verb
from redismanifests.prove.faults.fault import Fault

if TYPE_CHECKING:
    from redismanifests.prove.faults.bench import Bench
    from redismanifests.prove.faults.fault import Hit


async def _play(bench: Bench, hit: Hit) -> None:
    await bench.restart(bench.redis, bench.sentinel)


FAULT = Fault("both-rolled", Verb.RESTART, _play)
