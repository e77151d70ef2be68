"""Last copy last: power loss; of three copies one is lost, one is away, and the third is back after the empty one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.measure.kept import Ending
from redismanifests.prove.rehearse.measure.recovery import Recovery
from redismanifests.prove.rehearse.scenario import Scenario

if TYPE_CHECKING:
    from redismanifests.prove.rehearse.stage import Stage


async def _play(stage: Stage, recovery: Recovery) -> None:
    redis, last = stage.deployment.redis, stage.ordinal(await stage.master())
    copy, *emptied = (ordinal for ordinal in range(redis.replicas) if ordinal != last)
    stage.hold(redis, set(range(redis.replicas)))
    await stage.lose_power()
    for ordinal in emptied:
        stage.volumes.lose(redis, ordinal)
    stage.hold(redis, {last, copy})
    # Time enough to promote who has lost everything.
    await asyncio.sleep(recovery.power_loss())
    stage.hold(redis, {last})
    await stage.back_under_another(redis.pods[last], recovery.without_last())


SCENARIO = Scenario(
    name="last-copy-last",
    about="kill -9 of everything; volumes of all replicas but one lost, that one later, the last master away",
    play=_play,
    outage=Recovery.last_copy_last,
    whole=Recovery.restarted_without_last,
    ends_all=Ending.KILLED,
    # What the last master acknowledged last, no replica may have read when the power went.
    in_flight=1,
)
