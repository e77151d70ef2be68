"""Near max: memory, or clients, come near to what a Redis takes, and stay there."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from redismanifests.prove.rehearse.bench.change import with_directives
from redismanifests.prove.rehearse.measure.recovery import Recovery
from redismanifests.prove.rehearse.scenario import Scenario

if TYPE_CHECKING:
    from redismanifests.prove.rehearse.stage import Stage

_MAX_CLIENTS, _CLIENTS = 100, 88
"""Few enough to be opened in a moment; places for probes and the exporter are left."""
_MAX_MEMORY = 48 << 20
_SHARE = 0.93
_VALUE = b"x" * 65536


def _client(stage: Stage, pod: str) -> Any:
    from redis.asyncio import Redis  # noqa: PLC0415 (scenarios are listed without the optional packages)

    return Redis(
        host=stage.cluster.pods[pod].ip,
        port=stage.deployment.redis.port,
        **stage.cluster.site.access.options(),
    )


async def _fewer_clients(stage: Stage) -> None:
    stage.change(with_directives(stage.cluster.site.objects, maxclients=_MAX_CLIENTS))


async def _less_memory(stage: Stage) -> None:
    stage.change(with_directives(stage.cluster.site.objects, maxmemory=_MAX_MEMORY))


async def _clients(stage: Stage, _recovery: Recovery) -> None:
    stage.note(f"{_CLIENTS} of {_MAX_CLIENTS} clients are connected to each Redis, and stay")
    port = stage.deployment.redis.port
    with ExitStack() as stack:
        for pod in stage.deployment.redis.pods:
            asking = _client(stage, pod)
            now = int((await asking.info("clients"))["connected_clients"])
            await asking.aclose()
            for _ in range(_CLIENTS - now):
                _, writer = await asyncio.open_connection(stage.cluster.pods[pod].ip, port)
                stack.callback(writer.close)
        await stage.alerted()
    stage.note("they leave")


async def _memory(stage: Stage, _recovery: Recovery) -> None:
    master = await stage.master()
    stage.note(f"filled to {_SHARE:.0%} of maxmemory", master)
    client = _client(stage, master)
    names: list[str] = []
    while True:
        used = int((await client.info("memory"))["used_memory"])
        if used > _SHARE * _MAX_MEMORY:
            break
        names.append(f"{stage.cluster.site.access.prefix}large:{len(names)}")
        await client.set(names[-1], _VALUE)
    await stage.alerted()
    stage.note("emptied again", master)
    await client.unlink(*names)
    await client.aclose()


SCENARIOS = (
    Scenario(
        name="connections-near-max",
        about=f"{_CLIENTS} of {_MAX_CLIENTS} clients are connected to each Redis",
        before=_fewer_clients,
        substituted=(f"maxclients {_MAX_CLIENTS}, so that clients can take most places",),
        play=_clients,
    ),
    Scenario(
        name="memory-near-max",
        about=f"the data grows to {_SHARE:.0%} of maxmemory",
        before=_less_memory,
        substituted=(f"maxmemory {_MAX_MEMORY >> 20} MiB, so that it can be filled",),
        play=_memory,
        outage=Recovery.crash,
    ),
)
