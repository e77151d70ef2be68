"""Master deleted: a graceful delete; the preStop hook hands the role over first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.prove.faults.bench import Verb
from redismanifests.prove.faults.fault import Fault

if TYPE_CHECKING:
    from redismanifests.prove.faults.bench import Bench
    from redismanifests.prove.faults.fault import Hit


async def _play(bench: Bench, hit: Hit) -> None:
    await bench.delete(hit.master)


FAULT = Fault("master-deleted", Verb.DELETE, _play)
