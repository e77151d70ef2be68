"""Connections exhausted: clients hold every connection of every Redis; none is killed, and none loses a write."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.bench.change import with_directives
from redismanifests.prove.rehearse.measure.recovery import Recovery
from redismanifests.prove.rehearse.result import Measure
from redismanifests.prove.rehearse.scenario import Scenario

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from redismanifests.prove.rehearse.stage import Stage

_MAX_CLIENTS = 100
"""Few enough to be opened in a moment, and more than the members and the application need."""
_HELD_S = 75.0
"""Longer than six failures of the liveness probe, 10 s apart, take to kill a container."""
_SHUTDOWN_S = 10.0
"""shutdown-timeout: seconds that a stopping server waits for its replicas, with writes paused (redis.conf)."""
_MORE = 20
"""More than there are places: the last ones are turned away, and every place is taken."""


async def _before(stage: Stage) -> None:
    stage.change(with_directives(stage.cluster.site.objects, maxclients=_MAX_CLIENTS))


@asynccontextmanager
async def _taken(stage: Stage) -> AsyncIterator[None]:
    """All places of all Redis are taken by clients that say nothing."""
    port = stage.deployment.redis.port
    stage.note(f"{_MAX_CLIENTS} clients connect to each Redis and stay")
    with ExitStack() as stack:
        for pod in stage.deployment.redis.pods:
            for _ in range(_MAX_CLIENTS + _MORE):
                _, writer = await asyncio.open_connection(stage.cluster.pods[pod].ip, port)
                stack.callback(writer.close)
        yield
    stage.note("they leave")


async def _quiet(stage: Stage) -> None:
    """No one new gets in, and no container is killed for it."""
    redis = stage.deployment.redis
    before = sum(stage.kubelet(pod).restarts for pod in redis.pods)
    await asyncio.sleep(_HELD_S)
    # One may have got in where a connection of the pod's own was opened again just then.
    said = [stage.kubelet(pod).reason for pod in redis.pods]
    if not any("max number of clients" in reason for reason in said):
        stage.cluster.site.trouble.append(f"no readiness probe mentions clients: {'; '.join(said)}")
    killed = sum(stage.kubelet(pod).restarts for pod in redis.pods) - before
    stage.measures.append(Measure("killed meanwhile", killed, "", 0))


async def _play(stage: Stage, _recovery: Recovery) -> None:
    async with _taken(stage):
        await _quiet(stage)


async def _delete(stage: Stage, recovery: Recovery) -> None:
    master = await stage.master()
    async with _taken(stage):
        await stage.delete(stage.deployment.redis, stage.ordinal(master))
        await asyncio.sleep(recovery.crash())


SCENARIOS = (
    Scenario(
        name="connections-exhausted",
        about=f"clients hold every connection of every Redis for {_HELD_S:g} s",
        before=_before,
        substituted=(f"maxclients {_MAX_CLIENTS}, so that clients can take every place",),
        play=_play,
        whole=Recovery.corrected,
    ),
    Scenario(
        name="connections-exhausted-master-deleted",
        about="clients hold every connection of every Redis, and the master is deleted",
        before=_before,
        substituted=(f"maxclients {_MAX_CLIENTS}, so that clients can take every place",),
        play=_delete,
        # The hook does not get in either; the server waits for its replicas before it ends, and Sentinel notices.
        outage=lambda recovery: recovery.crash() + _SHUTDOWN_S,
    ),
)
