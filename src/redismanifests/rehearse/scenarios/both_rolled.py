"""Both rolled: Redis and the Sentinels are restarted at the same time, as after a change to both."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from redismanifests.rehearse.recovery import Recovery
from redismanifests.rehearse.scenario import Scenario

if TYPE_CHECKING:
    from redismanifests.rehearse.stage import Stage


async def _play(stage: Stage, recovery: Recovery) -> None:
    both = (stage.deployment.redis, stage.deployment.sentinel)
    await asyncio.gather(*(stage.rolling_restart(each, each.replicas * recovery.whole()) for each in both))


SCENARIO = Scenario(
    name="both-rolled",
    about="rollout restart of Redis and of the Sentinels at the same time, under load",
    play=_play,
    # The Sentinel that leads the hand-over may be the one that is restarted: then it is a failover like any other.
    outage=Recovery.crash,
)
