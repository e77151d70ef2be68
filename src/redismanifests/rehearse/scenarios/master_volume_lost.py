"""Master volume lost: its pod is back, empty, before the Sentinels call it down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.rehearse.recovery import Recovery
from redismanifests.rehearse.scenario import Scenario

if TYPE_CHECKING:
    from redismanifests.rehearse.stage import Stage


async def _play(stage: Stage, _recovery: Recovery) -> None:
    redis = stage.deployment.redis
    ordinal = stage.ordinal(await stage.master())
    stage.hold(redis, {ordinal})
    await stage.delete(redis, ordinal, grace_s=0)
    stage.lose_volume(redis, ordinal)
    stage.hold(redis, set())


SCENARIO = Scenario(
    name="master-volume-lost",
    about="the master's volume is lost and its pod is back within down-after",
    play=_play,
    outage=Recovery.forced,
)
