"""Sentinel disks full: they start on full volumes, a master dies, and what they voted survives another start."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.measure.recovery import Recovery
from redismanifests.prove.rehearse.scenario import Scenario

if TYPE_CHECKING:
    from redismanifests.prove.rehearse.stage import Stage
    from redismanifests.prove.toycluster.objects import Objects

_SIZE = "1m"


def _lacks(objects: Objects) -> str:
    sets = objects.of_kind("StatefulSet")
    claims = all(item["spec"].get("volumeClaimTemplates") for item in sets)
    return "" if claims else "a set of pods has no volumes that outlive them"


async def _before(stage: Stage) -> None:
    await stage.volumes.shrink(stage.deployment.sentinel, _SIZE)


async def _restart(stage: Stage) -> None:
    await asyncio.gather(
        *(stage.kill(pod, workload=stage.deployment.sentinel) for pod in stage.deployment.sentinel.pods)
    )


async def _prepare(stage: Stage, recovery: Recovery) -> None:
    stage.volumes.fill(stage.deployment.sentinel)
    await _restart(stage)
    await stage.right(recovery.whole())


async def _play(stage: Stage, recovery: Recovery) -> None:
    master = await stage.master()
    await stage.kill(master)
    await stage.promoted(master, recovery.whole())
    await stage.right(recovery.whole())
    await _restart(stage)


SCENARIO = Scenario(
    name="sentinel-disks-full",
    about="the volumes of all Sentinels are full; they restart, the master is killed, and they restart again",
    before=_before,
    prepare=_prepare,
    substituted=(f"volumes of Sentinels: {_SIZE} each, so that one can be full",),
    play=_play,
    outage=Recovery.crash,
    lacks=_lacks,
)
