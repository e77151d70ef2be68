"""Snapshot fails: the master saves each second, and its volume is full."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.prove.checks.desired import Desired
from redismanifests.prove.rehearse.bench.change import with_directives
from redismanifests.prove.rehearse.measure.recovery import Recovery
from redismanifests.prove.rehearse.scenario import Scenario
from redismanifests.prove.rehearse.scenarios.alerts.held import while_it_lasts

if TYPE_CHECKING:
    from redismanifests.prove.rehearse.stage import Stage
    from redismanifests.prove.toycluster.objects import Objects

_SIZE = "64m"
_SAVE = "1 1"


def _lacks(objects: Objects) -> str:
    saves = Desired.of(objects.items).redis_value("save")
    return "" if saves and saves != '""' else "it takes no snapshots"


async def _before(stage: Stage) -> None:
    stage.change(with_directives(stage.cluster.site.objects, save=_SAVE))
    await stage.volumes.shrink(stage.deployment.redis, _SIZE)


async def _play(stage: Stage, _recovery: Recovery) -> None:
    async with stage.volumes.full(stage.deployment.redis, stage.ordinal(await stage.master())):
        await stage.alerted()


SCENARIO = Scenario(
    name="snapshot-fails",
    about="the master's volume is full, and it saves each second",
    before=_before,
    substituted=(f"save {_SAVE}", f"volumes of Redis: {_SIZE} each, so that one can be full"),
    play=_play,
    outage=while_it_lasts,
    whole=Recovery.corrected,
    lacks=_lacks,
)
