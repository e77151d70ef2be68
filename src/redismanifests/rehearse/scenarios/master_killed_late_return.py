"""Master killed, late return: its container stays down until long after the promotion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.rehearse.recovery import Recovery
from redismanifests.rehearse.scenario import Scenario

if TYPE_CHECKING:
    from redismanifests.rehearse.stage import Stage

_BACK_AFTER_S = 15.0


async def _play(stage: Stage, _recovery: Recovery) -> None:
    await stage.kill(await stage.master(), _BACK_AFTER_S)


SCENARIO = Scenario(
    name="master-killed-15s",
    about="kill -9 of the master; its container comes back after 15 s",
    play=_play,
    outage=Recovery.crash,
    whole=lambda recovery: recovery.topology(_BACK_AFTER_S),
)
