"""Limitation: what a deployment of this profile does not do, as facts that follow from its settings.

Why: who reads that everything passed must also read what no one asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile.model import Profile


def limitations(profile: Profile) -> tuple[str, ...]:
    """A sentence each."""
    return (*_locks(profile), *_data(profile), *_time(profile), *_sight(profile))


def _locks(profile: Profile) -> Iterator[str]:
    if profile.auth.mode == "none":
        yield "No authentication: any client of a Redis or a Sentinel port may do everything."
    elif profile.auth.mode == "password":
        yield "One password for all clients: any client with it may do everything."
    if not profile.tls.enabled:
        yield "No TLS: commands and data cross the network in the clear."
    else:
        plain = [
            str(port) for port in (profile.tls.plain_ports.redis, profile.tls.plain_ports.sentinel) if port
        ]
        if plain:
            yield f"A port without TLS is open, too ({', '.join(plain)}): what uses it is not encrypted."
        if not profile.tls.metrics:
            yield "The exporters answer without TLS: metrics cross the network in the clear."
    if not profile.network_policy.enabled:
        yield "No NetworkPolicy is rendered: every pod of the cluster may reach Redis and Sentinel."


def _data(profile: Profile) -> Iterator[str]:
    redis = profile.redis
    yield "No backup is rendered: what is deleted by mistake is deleted on every replica, and in their files."
    if redis.min_replicas_to_write:
        yield (
            f"Replication is asynchronous: a master that is cut off takes writes for up to "
            f"{redis.min_replicas_max_lag} and a few seconds more, and they are lost when it rejoins."
        )
    else:
        yield (
            "Replication is asynchronous, and no replica has to follow (minReplicasToWrite 0): a master that is cut "
            "off accepts writes until it rejoins, and they are lost then."
        )
    if redis.storage.kind == "emptyDir":
        yield "Data lies in an emptyDir: all pods deleted at once lose all of it."
    elif not redis.aof.enabled and not redis.rdb.save:
        yield "Nothing is written to disk: all pods stopped at once lose all data."
    elif not redis.aof.enabled:
        yield "Only snapshots are kept: a killed process loses what was written since the last one."
    elif redis.aof.fsync != "always":
        unsynced = "the last second" if redis.aof.fsync == "everysec" else "what the kernel had not written"
        yield f"appendfsync {redis.aof.fsync}: power lost on all nodes at once loses {unsynced} of writes."


def _time(profile: Profile) -> Iterator[str]:
    votes = profile.sentinel
    yield (
        f"An election that fails costs twice failover-timeout ({votes.failover_timeout}) before the next one; the "
        "bound of a failover does not hold then."
    )
    yield "Applications have to ask Sentinel for the master; the Service of the data pods leads to any of them."


def _sight(profile: Profile) -> Iterator[str]:
    off = [
        name
        for name, exporter in (("Redis", profile.exporters.redis), ("Sentinel", profile.exporters.sentinel))
        if not exporter.enabled
    ]
    if off:
        yield f"No exporter runs beside {' and '.join(off)}: nothing of it is measured."
    yield "No alert and no dashboard is rendered: no one is notified of faults that this report would show."
    yield "One cluster: nothing is replicated to another one."
