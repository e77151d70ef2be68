"""All disks full: no Redis has a byte left for three minutes; they serve reads, are not killed, and lose nothing."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.measure.recovery import Recovery
from redismanifests.prove.rehearse.result import Measure
from redismanifests.prove.rehearse.scenario import Scenario

if TYPE_CHECKING:
    from redismanifests.prove.rehearse.stage import Stage

_FULL_S = 180.0
"""Longer than any liveness probe is patient."""
_SIZE = "64m"
_KEYS = 1000
_PERIOD_S = 1.0


async def _before(stage: Stage) -> None:
    await stage.volumes.shrink(stage.deployment.redis, _SIZE)


async def _prepare(stage: Stage, _recovery: Recovery) -> None:
    await stage.fill(await stage.master(), _KEYS)


async def _refused_reads(stage: Stage, seconds: float) -> int:
    """Ask every Redis for one key, once a second, and count what is no answer."""
    # Late, here and in the other scenarios: to list them runs nothing.
    from redis.asyncio import Redis  # noqa: PLC0415
    from redis.exceptions import RedisError  # noqa: PLC0415

    access, until, refused = stage.cluster.site.access, time.monotonic() + seconds, 0
    while time.monotonic() < until:
        for pod in stage.deployment.redis.pods:
            client = Redis(
                host=stage.cluster.pods[pod].ip, port=stage.deployment.redis.port, **access.options()
            )
            try:
                refused += await client.get(f"{access.prefix}filled:1") is None
            except (RedisError, OSError):
                refused += 1
            finally:
                await client.aclose()
        await asyncio.sleep(_PERIOD_S)
    return refused


async def _play(stage: Stage, _recovery: Recovery) -> None:
    redis = stage.deployment.redis
    before = sum(stage.kubelet(pod).restarts for pod in redis.pods)
    # The writes of the last second are on their way to the replicas.
    filling = [stage.volumes.fill_for(redis, ordinal, _FULL_S) for ordinal in range(redis.replicas)]
    reading = stage.cluster.site.tasks.create_task(_refused_reads(stage, _FULL_S - 5))
    await asyncio.gather(*filling)
    refused = await reading
    killed = sum(stage.kubelet(pod).restarts for pod in redis.pods) - before
    stage.measures += [
        Measure("reads refused while full", refused, "", 0),
        Measure("killed while full", killed, "", 0),
    ]


SCENARIO = Scenario(
    name="all-disks-full",
    about="the volumes of all Redis are full for 180 s",
    before=_before,
    prepare=_prepare,
    substituted=(f"volumes of Redis: {_SIZE} each, so that one can be full",),
    play=_play,
    # The first pod with space may be promoted, while the others still refuse.
    outage=lambda recovery: _FULL_S + recovery.crash() + recovery.turned_away(),
    whole=Recovery.corrected,
)
