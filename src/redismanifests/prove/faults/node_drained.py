"""Node drained: the deployment's pods on a node, the master's by default, are evicted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.prove.faults.bench import Verb
from redismanifests.prove.faults.fault import Fault

if TYPE_CHECKING:
    from redismanifests.prove.faults.bench import Bench
    from redismanifests.prove.faults.fault import Hit


async def _play(bench: Bench, hit: Hit) -> None:
    await bench.drain(hit.node or await bench.node_of(hit.master))


FAULT = Fault("node-drained", Verb.DRAIN, _play)
