"""Settings: does every Redis run with its file, and can Sentinel and replicas use it?

What must not come in: settings that have a probe of their own (persistence, memory, writes).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.probes.desired import size
from redismanifests.probes.look import listed
from redismanifests.probes.probe import probe

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from redismanifests.probes.look import Look

SENTINEL_NEEDS = (
    "multi", "exec", "config", "client", "slaveof", "info", "ping", "publish", "subscribe", "role", "script",
)  # fmt: skip
"""What a Sentinel sends to the Redis that it promotes or demotes. Source: sentinel.c."""
_ELSEWHERE = {
    "save", "appendonly", "appendfsync", "maxmemory", "maxmemory-policy", "min-replicas-to-write",
    "min-replicas-max-lag", "replicaof", "rename-command", "user", "include", "loadmodule",
    "client-output-buffer-limit", "requirepass", "masterauth", "masteruser",
}  # fmt: skip
"""Have a probe of their own, are no settings, are printed in another form, or are secret."""


@probe("PB070")
async def sentinel_finds_its_commands(look: Look) -> AsyncIterator[str]:
    """Every Redis knows the commands that Sentinel sends; renamed ones stop a failover half-way, for ever."""
    for pod in look.desired.redis.pods:
        reply = await look.ask(look.desired.redis, pod, "COMMAND", "INFO", *SENTINEL_NEEDS)
        missing = [name for name in SENTINEL_NEEDS if name not in reply.splitlines()]
        if reply and missing:
            yield f"{pod} does not know {listed(missing)}: renamed or forbidden"


@probe("PB071")
async def settings_are_as_asked(look: Look) -> AsyncIterator[str]:
    """Every other directive of redis.conf is what the running Redis has."""
    wanted = dict(line for line in look.desired.redis_lines if line[0] not in _ELSEWHERE)
    for pod, settings in (await look.every_config(*wanted)).items():
        for name, value in wanted.items():
            running = settings.get(name)
            if (
                running is not None
                and running != value
                and (size(value) is None or size(value) != size(running))
            ):
                yield f"{pod}: {name} {running} instead of {value}"
