"""Extra config: rules about the user's own lines of redis.conf.

What must not come in: the form of a line (core/conftext.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, Feature, rule
from redismanifests.core.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile import Profile

MANAGED = {
    "appendfsync": "redis.aof.fsync",
    "appendonly": "redis.aof.enabled",
    "client-output-buffer-limit": "redis.replicaOutputBuffer",
    "maxmemory": "redis.maxmemory",
    "maxmemory-policy": "redis.maxmemoryPolicy",
    "min-replicas-max-lag": "redis.minReplicasMaxLag",
    "min-replicas-to-write": "redis.minReplicasToWrite",
    "min-slaves-max-lag": "redis.minReplicasMaxLag",
    "min-slaves-to-write": "redis.minReplicasToWrite",
    "port": "services.redis.port",
    "repl-backlog-size": "redis.replBacklogSize",
    "save": "redis.rdb.save",
}
"""Directives that a setting of the profile writes."""

OURS = {
    "bind": "members and probes reach the server on every address",
    "dir": "the volume is mounted at /data",
    "masterauth": "passwords do not belong into git",
    "masteruser": "members use no accounts yet",
    "rename-command": "Sentinel needs the commands by their names, and a renamed CONFIG means no failover ever",
    "replica-announce-ip": "each member announces the address that Sentinel knows it by",
    "replica-announce-port": "each member announces the port that Sentinel knows it by",
    "replica-priority": "with 0 on all of them nobody can be promoted",
    "replicaof": "the role is decided at each start",
    "requirepass": "passwords do not belong into git, and members and probes would be locked out",
    "shutdown-on-sigterm": "a SIGTERM must never be refused",
    "slaveof": "the role is decided at each start",
    "slave-announce-ip": "each member announces the address that Sentinel knows it by",
    "slave-announce-port": "each member announces the port that Sentinel knows it by",
    "slave-priority": "with 0 on all of them nobody can be promoted",
}
"""Directives that the design rests on, and why."""


@rule("RM038", Severity.ERROR)
def managed_directive(profile: Profile) -> Iterator[Fault]:
    """An extra line of redis.conf sets what the profile, or the design, already sets.

    The last line wins in redis.conf, so the extra one would silently overrule a setting that rules have judged, or
    break what failover rests on: measured, `rename-command CONFIG ""` means that every promotion is aborted, for ever.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      extraConfig:
        - maxmemory 4gb
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      extraConfig:
        - lazyfree-lazy-eviction yes
    ```
    Source: redis.conf; sentinel.c, sentinelSendSlaveOf.
    """
    for index, line in enumerate(profile.redis.extra_config):
        directive = line.split(" ")[0].lower()
        if directive in MANAGED:
            fact, fix = f"{directive} is already set by the profile", f"set {MANAGED[directive]} instead"
        elif directive in OURS:
            fact, fix = f"{directive} is ours: {OURS[directive]}", "remove the line"
        else:
            continue
        yield Fault(path=("redis", "extraConfig", index), fact=fact, fix=fix)


FEATURE = Feature("extraConfig", rules=(managed_directive,))
