"""Master killed: its process dies, the container comes back at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.rehearse.recovery import Recovery
from redismanifests.rehearse.scenario import Scenario

if TYPE_CHECKING:
    from redismanifests.rehearse.stage import Stage


async def _play(stage: Stage, _recovery: Recovery) -> None:
    await stage.kill(await stage.master())


SCENARIO = Scenario(
    name="master-killed",
    about="kill -9 of the master; its container comes back at once",
    play=_play,
    outage=Recovery.crash,
)
