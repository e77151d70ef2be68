"""Segments refused: the store takes nothing any more, and the Job that looks at the segments in it finds that out."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.bench.backup.segments import newest, ships
from redismanifests.prove.rehearse.bench.backup.store import STORE_CLAIM
from redismanifests.prove.rehearse.scenario import Scenario
from redismanifests.prove.toycluster.pods.volume import claim_folder

if TYPE_CHECKING:
    from redismanifests.prove.rehearse.measure.recovery import Recovery
    from redismanifests.prove.rehearse.stage import Stage
    from redismanifests.prove.toycluster.objects import Objects

_SHIPPED_S, _POLL_S = 60.0, 0.5


def _lacks(objects: Objects) -> str:
    return "" if ships(objects) else "the pods ship no segments (backup.segments)"


async def _play(stage: Stage, _recovery: Recovery) -> None:
    site, job = stage.cluster.site, f"{stage.deployment.redis.name}-backup-segments"
    master, until = await stage.master(), time.monotonic() + _SHIPPED_S
    while not await asyncio.to_thread(newest, site.claims, master) and time.monotonic() < until:
        await asyncio.sleep(_POLL_S)
    if problem := await stage.run_job(job):
        site.trouble.append(f"the first look at the segments failed: {problem}")
    # Not the root of a volume: the kubelet sets its mode where a pod starts.
    folder = next(claim_folder(site.claims, STORE_CLAIM).rglob(f"{stage.deployment.redis.name}.segments"))
    mode = folder.stat().st_mode
    stage.note("the store refuses everything")
    folder.chmod(0)
    if not await stage.run_job(job):
        site.trouble.append("the look at the segments found nothing wrong with a store that refuses")
    await stage.alerted()
    folder.chmod(mode)
    if problem := await stage.run_job(job):
        site.trouble.append(f"the look at the segments failed after it: {problem}")


SCENARIO = Scenario(
    name="segments-refused",
    about="the store refuses everything, segments with it, and the Job that looks at them runs",
    play=_play,
    lacks=_lacks,
)
