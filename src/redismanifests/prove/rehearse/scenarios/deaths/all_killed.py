"""All killed: every process ends at once, as in a power loss, after a failover; the newest data must win."""

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
    await stage.lose_power()


SCENARIO = Scenario(
    name="all-killed",
    about="kill -9 of everything at once, new addresses, the last master not ordinal 0",
    prepare=_scene,
    play=_play,
    outage=Recovery.power_loss,
    whole=Recovery.restarted,
    ends_all=Ending.KILLED,
)
