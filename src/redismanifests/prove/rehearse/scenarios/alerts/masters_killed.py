"""Masters killed: each new master dies as soon as everything is healthy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.measure.recovery import Recovery
from redismanifests.prove.rehearse.scenario import Scenario

if TYPE_CHECKING:
    from redismanifests.prove.rehearse.stage import Stage


async def _play(stage: Stage, recovery: Recovery) -> None:
    # One more than a rollout of all data pods, and one.
    for _ in range(stage.deployment.redis.replicas + 2):
        master = await stage.master()
        await stage.kill(master)
        await stage.promoted(master, recovery.crash() + recovery.failed_election())
        await stage.right(recovery.whole())
    await stage.alerted()


SCENARIO = Scenario(
    name="masters-killed",
    about="kill -9 of the master, again and again",
    play=_play,
    outage=Recovery.crash,
)
