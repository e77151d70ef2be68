"""Masters killed: each new master dies as soon as everything is healthy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.features.alerts.sentinels.flapping import planned_failovers
from redismanifests.prove.rehearse.measure.recovery import Recovery
from redismanifests.prove.rehearse.scenario import Scenario

if TYPE_CHECKING:
    from redismanifests.prove.rehearse.stage import Stage


async def _play(stage: Stage, recovery: Recovery) -> None:
    for _ in range(planned_failovers(stage.deployment.redis.replicas) + 1):
        master = await stage.master()
        # The alert's window is compressed and the back-off is not: it would spread the kills over more than the window.
        stage.kubelet(master).forget_crashes()
        await stage.kill(master)
        await stage.promoted(master, recovery.crash() + recovery.failed_election())
        await stage.right(recovery.whole())
    await stage.alerted()


SCENARIO = Scenario(
    name="masters-killed",
    about="kill -9 of the master, again and again",
    substituted=("the back-off of a container that crashes again and again: it restarts at once",),
    play=_play,
    outage=Recovery.crash,
)
