"""Last master missing: power loss after a failover, and the last master does not restart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.measure.kept import Ending
from redismanifests.prove.rehearse.measure.recovery import Recovery
from redismanifests.prove.rehearse.scenario import Scenario

if TYPE_CHECKING:
    from redismanifests.prove.rehearse.stage import Stage


async def _scene(stage: Stage, recovery: Recovery) -> None:
    await stage.master_elsewhere(recovery)


async def _play(stage: Stage, recovery: Recovery) -> None:
    redis, last = stage.deployment.redis, await stage.master()
    stage.hold(redis, {stage.ordinal(last)})
    await stage.lose_power()
    await stage.back_under_another(last, recovery.restarted_without_last())


SCENARIO = Scenario(
    name="last-master-missing",
    about="kill -9 of everything at once; the last master's pod stays away until another one leads",
    prepare=_scene,
    play=_play,
    outage=Recovery.without_last,
    whole=Recovery.restarted_without_last,
    ends_all=Ending.KILLED,
    # What it acknowledged last, no replica may have read when the power went: only its own volume has it.
    in_flight=1,
)
