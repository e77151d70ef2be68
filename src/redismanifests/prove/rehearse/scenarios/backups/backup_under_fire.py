"""Backup under fire: servers and pods die in the middle of backups; each listed one restores, no good one is gone."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.bench.backup.kept import UPLOAD, Kept
from redismanifests.prove.rehearse.measure.recovery import Recovery
from redismanifests.prove.rehearse.measure.topology import sentinel_view
from redismanifests.prove.rehearse.result import Measure
from redismanifests.prove.rehearse.scenario import Scenario
from redismanifests.prove.rehearse.scenarios.backups.fire import (
    BEGUN_S,
    POLL_S,
    SUBSTITUTED,
    Range,
    before,
    lacks,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from redismanifests.prove.rehearse.scenarios.backups.fire import Fault
    from redismanifests.prove.rehearse.stage import Stage
    from redismanifests.prove.toycluster.pods.pod import Pod

_INFO_S = 11.0
"""A Sentinel reads INFO every 10 s: what showed as a replica in between it has seen by then."""


async def _master_killed(fire: Range, recovery: Recovery) -> None:
    async def fault(pod: Pod) -> None:
        await fire.source(pod)
        await fire.stage.kill(await fire.stage.master())

    await fire.back_up(fault)
    await fire.stage.right(recovery.whole())


async def _source_killed(fire: Range, recovery: Recovery) -> None:
    async def fault(pod: Pod) -> None:
        await fire.stage.kill(await fire.source(pod))

    fire.must_fail("the dumped replica was killed", await fire.back_up(fault))
    await fire.stage.right(recovery.whole())


async def _killed_in_the_dump(fire: Range, _recovery: Recovery) -> None:
    async def fault(pod: Pod) -> None:
        await fire.source(pod)
        fire.kill(pod.initialising["backup-dump"])

    fire.must_fail("its pod was killed", await fire.back_up(fault))


async def _killed_in_the_upload(fire: Range, _recovery: Recovery) -> None:
    before = fire.kept.dumps

    async def fault(pod: Pod) -> None:
        until = time.monotonic() + BEGUN_S
        while fire.kept.dumps == before and time.monotonic() < until:
            await asyncio.sleep(POLL_S)
        fire.kill(pod.kubelets[UPLOAD])

    await fire.back_up(fault)


_FAULTS: Mapping[str, Fault] = {
    "the master is killed during the dump": _master_killed,
    "the dumped replica is killed": _source_killed,
    "the pod is killed during the dump": _killed_in_the_dump,
    "the pod is killed during the upload": _killed_in_the_upload,
}


async def _play(stage: Stage, recovery: Recovery) -> None:
    await Range(stage, Kept.of(stage.cluster.site)).under(_FAULTS, recovery)
    await asyncio.sleep(_INFO_S)
    stage.measures.append(Measure("phantom replicas", await _phantoms(stage), "", 0))


async def _phantoms(stage: Stage) -> int:
    """How many replicas more than there are any Sentinel knows."""
    known = [
        int((await sentinel_view(stage.cluster, stage.deployment, pod)).get("num-slaves", 0))
        for pod in stage.deployment.sentinel.pods
    ]
    return max(known) - (stage.deployment.redis.replicas - 1)


SCENARIO = Scenario(
    name="backup-under-fire",
    about="faults in the middle of backups: the master, the replica and the pod of the backup die",
    before=before,
    substituted=SUBSTITUTED,
    play=_play,
    outage=Recovery.crash,
    lacks=lacks,
)
