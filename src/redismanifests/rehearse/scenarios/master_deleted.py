"""Master deleted: a graceful delete, as a drain does it; the hook hands over first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.rehearse.recovery import Recovery
from redismanifests.rehearse.scenario import Scenario

if TYPE_CHECKING:
    from redismanifests.rehearse.stage import Stage


async def _play(stage: Stage, _recovery: Recovery) -> None:
    master = await stage.master()
    await stage.delete(stage.deployment.redis, stage.ordinal(master))


SCENARIO = Scenario(
    name="master-deleted",
    about="graceful delete of the master's pod; it comes back with a new address",
    play=_play,
    outage=Recovery.handover,
)
