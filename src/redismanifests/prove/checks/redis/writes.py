"""Writes: the conditions for an acknowledgement, and whether an acknowledged write arrives on every pod."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from redismanifests.prove.checks.look import listed
from redismanifests.prove.checks.probe import NotVerifiedError, probe
from redismanifests.prove.checks.remedy import NOT_AS_ASKED, REDIS_LOG, Remedy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from redismanifests.prove.checks.look import Look

_PREFIX = "redismanifests:probe:"
_KEPT_S = 60
"""Seconds after which the key expires, if it was not removed because the check was killed."""
WAIT_MS = 1000
"""Longest replication lag, in milliseconds: one second is the requirement."""


@probe("PB060", remedy=NOT_AS_ASKED)
async def min_replicas_are_as_asked(look: Look) -> AsyncIterator[str]:
    """Every Redis has the requested min-replicas-to-write and min-replicas-max-lag."""
    wanted = {
        name: value
        for name in ("min-replicas-to-write", "min-replicas-max-lag")
        if (value := look.desired.redis_value(name)) is not None
    }
    if not wanted:
        raise NotVerifiedError("no file of the objects states min-replicas-to-write")
    for pod, settings in (await look.every_config(*wanted)).items():
        for name, value in wanted.items():
            if settings.get(name) != value:
                yield f"{pod}: {name} {settings.get(name)} instead of {value}"


@probe("PB061", remedy=Remedy("Find the replica that does not follow, by its lag and its link.", REDIS_LOG))
async def a_write_arrives_everywhere(look: Look) -> AsyncIterator[str]:
    """A key written to the master is read back on every pod within a second; it is removed afterwards."""
    redis = look.desired.redis
    roles = await look.every_info("role")
    masters = [pod for pod, fields in roles.items() if fields["role"] == "master"]
    if len(masters) != 1:
        raise NotVerifiedError(f"there is not one master to write to: {listed(masters)}")
    (master,) = masters
    key, value = _PREFIX + uuid4().hex, uuid4().hex
    reply = await look.ask(redis, master, "SET", key, value, "EX", str(_KEPT_S))
    if reply != "OK":
        yield f"{master} does not take a write: {reply or 'no answer'}"
        return
    try:
        wanted = redis.replicas - 1
        got = await look.ask(redis, master, "WAIT", str(wanted), str(WAIT_MS))
        if got != str(wanted):
            yield f"only {got or 'no'} of {wanted} replicas have a write after {WAIT_MS} ms"
        for pod in roles:
            read = await look.ask(redis, pod, "GET", key)
            if read != value:
                yield f"{pod} answers {read or 'nothing'} where {value} was written"
    finally:
        await look.ask(redis, master, "DEL", key)
