"""Master volume lost: its pod is back, empty, before the Sentinels call it down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.measure.recovery import Recovery
from redismanifests.prove.rehearse.scenario import Scenario

if TYPE_CHECKING:
    from redismanifests.prove.rehearse.stage import Stage


_BACK_AFTER_S = 1.0


async def _play(stage: Stage, _recovery: Recovery) -> None:
    master = await stage.master()
    await stage.kill(master, _BACK_AFTER_S)
    stage.volumes.lose(stage.deployment.redis, stage.ordinal(master))


SCENARIO = Scenario(
    name="master-volume-lost",
    about="the master's volume is lost and its pod is back within down-after",
    play=_play,
    outage=Recovery.crash,
)
