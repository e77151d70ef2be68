"""Redis rolled: every Redis pod is replaced in turn, the master among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.rehearse.recovery import Recovery
from redismanifests.rehearse.scenario import Scenario

if TYPE_CHECKING:
    from redismanifests.rehearse.stage import Stage


async def _play(stage: Stage, recovery: Recovery) -> None:
    redis = stage.deployment.redis
    await stage.rolling_restart(redis, redis.replicas * recovery.whole())


SCENARIO = Scenario(
    name="redis-rolled",
    about="rollout restart of Redis under load",
    play=_play,
    outage=Recovery.handover,
)
