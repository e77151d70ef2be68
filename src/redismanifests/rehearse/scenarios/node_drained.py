"""Node drained: the master's pod and a Sentinel's are evicted in the same moment, as by `kubectl drain`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from redismanifests.rehearse.recovery import Recovery
from redismanifests.rehearse.scenario import Scenario

if TYPE_CHECKING:
    from redismanifests.rehearse.stage import Stage


async def _play(stage: Stage, _recovery: Recovery) -> None:
    ordinal = stage.ordinal(await stage.master())
    both = (stage.deployment.redis, stage.deployment.sentinel)
    await asyncio.gather(*(stage.delete(workload, ordinal) for workload in both))


SCENARIO = Scenario(
    name="node-drained",
    about="the master's pod and a Sentinel's evicted at once, as a drain does it",
    play=_play,
    outage=Recovery.drained,
)
