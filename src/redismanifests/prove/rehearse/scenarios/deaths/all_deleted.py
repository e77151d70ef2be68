"""All deleted: all six pods go gracefully at once after a failover; the newest data must win."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.measure.kept import Ending
from redismanifests.prove.rehearse.measure.recovery import Recovery
from redismanifests.prove.rehearse.scenario import Scenario

if TYPE_CHECKING:
    from redismanifests.prove.rehearse.stage import Stage


async def _scene(stage: Stage, recovery: Recovery) -> None:
    await stage.master_elsewhere(recovery)


async def _play(stage: Stage, _recovery: Recovery) -> None:
    await stage.delete_all()


SCENARIO = Scenario(
    name="all-deleted",
    about="graceful delete of all pods at once, the last master not ordinal 0",
    prepare=_scene,
    play=_play,
    outage=Recovery.shutdown,
    whole=Recovery.restarted,
    ends_all=Ending.STOPPED,
)
