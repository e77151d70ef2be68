"""Master force-deleted: grace period 0; the hook is cut off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.prove.faults.bench import Verb
from redismanifests.prove.faults.fault import Fault

if TYPE_CHECKING:
    from redismanifests.prove.faults.bench import Bench
    from redismanifests.prove.faults.fault import Hit


async def _play(bench: Bench, hit: Hit) -> None:
    await bench.delete(hit.master, grace_s=0)


FAULT = Fault("master-force-deleted", Verb.DELETE, _play)
