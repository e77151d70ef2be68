"""Dump restored: every volume is new, and the dump of before lies on that of ordinal 0; the first start loads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.measure.kept import Ending
from redismanifests.prove.rehearse.measure.recovery import Recovery
from redismanifests.prove.rehearse.scenario import Scenario

if TYPE_CHECKING:
    from redismanifests.prove.rehearse.stage import Stage


async def _play(stage: Stage, _recovery: Recovery) -> None:
    redis, sentinel = stage.deployment.redis, stage.deployment.sentinel
    dump = await stage.volumes.dump(await stage.master())
    stage.hold(redis, set(range(redis.replicas)))
    await stage.lose_power()
    for workload in (redis, sentinel):
        for ordinal in range(workload.replicas):
            stage.volumes.lose(workload, ordinal)
    stage.volumes.restore(redis, 0, dump)
    stage.hold(redis, set())


SCENARIO = Scenario(
    name="dump-restored",
    about="kill -9 of everything and every volume lost; a dump of just before lies on the new volume of ordinal 0",
    play=_play,
    # A first start: all other ordinals wait for ordinal 0, and the Sentinels wait for a master.
    outage=Recovery.shutdown,
    whole=Recovery.restarted,
    ends_all=Ending.KILLED,
)
