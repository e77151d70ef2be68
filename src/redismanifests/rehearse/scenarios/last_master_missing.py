"""Last master missing: power loss after a failover, and the pod with the newest role does not come back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.rehearse.recovery import Recovery
from redismanifests.rehearse.scenario import Scenario

if TYPE_CHECKING:
    from redismanifests.rehearse.stage import Stage


async def _scene(stage: Stage, recovery: Recovery) -> None:
    await stage.master_elsewhere(recovery)


async def _play(stage: Stage, recovery: Recovery) -> None:
    redis, last = stage.deployment.redis, await stage.master()
    stage.hold(redis, {stage.ordinal(last)})
    await stage.lose_power()
    await stage.back_under_another(last, recovery.restarted())


SCENARIO = Scenario(
    name="last-master-missing",
    about="kill -9 of everything at once; the last master's pod stays away until another one leads",
    prepare=_scene,
    play=_play,
    outage=Recovery.power_loss,
    whole=Recovery.restarted,
    # What it acknowledged last, no replica may have read when the power went: only its own volume has it.
    in_flight=1,
)
