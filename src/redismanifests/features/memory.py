"""Memory: rules about what fits into the memory limit and the claim.

What must not come in: the arithmetic (facts/sizing.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, Feature, rule
from redismanifests.core.findings import Change, Severity
from redismanifests.core.quantity import Quantity
from redismanifests.facts import sizing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile import Profile

MIB = sizing.MIB


@rule("RM030", Severity.ERROR, waivable=False)
def request_over_limit(profile: Profile) -> Iterator[Fault]:
    """A container asks for more than it may use: the API server refuses the pod.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      resources:
        requests: {memory: 2Gi}
        limits: {memory: 1Gi}
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      resources:
        limits: {memory: 2Gi}
    ```
    Source: Kubernetes validation.go, ValidateContainerResourceRequirements.
    """
    sections = (
        (("redis",), profile.redis.resources),
        (("sentinel",), profile.sentinel.resources),
        (("exporters", "redis"), profile.exporters.redis.resources),
        (("exporters", "sentinel"), profile.exporters.sentinel.resources),
    )
    for path, resources in sections:
        limits = {amount.resource: amount.quantity for amount in resources.limits.amounts()}
        for amount in resources.requests.amounts():
            limit = limits.get(amount.resource)
            if limit is not None and Quantity.parse(amount.quantity) > Quantity.parse(limit):
                place = (*path, "resources", "requests", amount.resource)
                yield Fault(
                    path=place,
                    fact=f"{amount.quantity} {amount.resource} is asked for, and the limit is {limit}",
                    fix=f"set requests.{amount.resource} to {limit} or less, or raise the limit",
                    # A limit is what somebody decided to spend; a request above it is a slip.
                    change=Change(place, limit),
                )


@rule("RM031", Severity.ERROR)
def maxmemory_over_limit(profile: Profile) -> Iterator[Fault]:
    """maxmemory leaves the process no room inside the container's memory limit: the kernel will kill it.

    The limit covers more than data: replication buffers, pages copied while a child writes the append-only file, the
    process itself. A killed master is a failover; the new master is as full as the old one was.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      maxmemory: 1Gi
      resources:
        limits: {memory: 1Gi}
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      resources:
        limits: {memory: 1Gi}
    ```
    Source: measured copy-on-write (docs/design.md, memory); evict.c, freeMemoryGetNotCountedMemory.
    """
    limit, data = profile.redis.resources.limits.memory, profile.redis.maxmemory
    if data.bytes + sizing.buffer_bytes(profile) + sizing.PROCESS_BYTES > limit.bytes:
        most = sizing.maxmemory(profile)
        yield Fault(
            path=("redis", "maxmemory"),
            fact=f"{data} of data, {_mi(sizing.buffer_bytes(profile))} of buffers and "
            f"{_mi(sizing.PROCESS_BYTES)} for the process do not fit into the limit of {limit}",
            fix=f"set maxmemory to {most}, or limits.memory to {_mi(sizing.needed_limit_bytes(profile))}",
        )


@rule("RM032", Severity.WARNING)
def maxmemory_without_copy_room(profile: Profile) -> Iterator[Fault]:
    """Data and buffers fit, but not the pages that are copied while a child writes the append-only file or a snapshot.

    Under 3,000 to 9,500 writes a second 24 to 46 % of the data were copied. The kernel then kills Redis exactly when
    it is full and busy.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      maxmemory: 700Mi
      resources:
        limits: {memory: 1Gi}
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      maxmemory: 512Mi
      resources:
        limits: {memory: 1Gi}
    ```
    Source: measured copy-on-write (docs/design.md, memory).
    """
    limit, data = profile.redis.resources.limits.memory, profile.redis.maxmemory
    needed = sizing.needed_limit_bytes(profile)
    if data.bytes + sizing.buffer_bytes(profile) + sizing.PROCESS_BYTES <= limit.bytes < needed:
        yield Fault(
            path=("redis", "maxmemory"),
            fact=f"{data} of data with {sizing.copy_percent(profile)} % copied while a child saves need {_mi(needed)}, "
            f"and the limit is {limit}",
            fix=f"set maxmemory to {sizing.maxmemory(profile)}, or limits.memory to {_mi(needed)}",
        )


@rule("RM033", Severity.ERROR)
def maxmemory_unset(profile: Profile) -> Iterator[Fault]:
    """maxmemory 0 means: grow until the kernel kills the process.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      maxmemory: 0
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      maxmemory: 512Mi
    ```
    Source: redis.conf, maxmemory.
    """
    if profile.redis.maxmemory.bytes <= 0:
        yield Fault(
            path=("redis", "maxmemory"),
            fact=f"without a bound Redis grows into its limit of {profile.redis.resources.limits.memory} and is killed",
            fix=f"leave maxmemory out, or set it to {sizing.maxmemory(profile)}",
        )


@rule("RM034", Severity.WARNING)
def volume_too_small(profile: Profile) -> Iterator[Fault]:
    """The volume cannot hold what persistence writes at its peak. A full disk is a long outage.

    While the append-only file is rewritten, the old base, its increments and the new base lie side by side, and a
    snapshot or a full copy from the master comes on top. With the disk full, Redis refuses writes and PING. Sentinel
    promotes another one, but applications stay on their connections to the full one until it has room again.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      storage:
        size: 1Gi
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      storage:
        size: 10Gi
    ```
    Source: measured (docs/design.md, disk): old base, increments, new base, snapshot, temporary snapshot.
    """
    needed = sizing.needed_volume_bytes(profile)
    if profile.redis.storage.size.bytes < needed:
        yield Fault(
            path=("redis", "storage", "size"),
            fact=f"{profile.redis.maxmemory} of data need up to {_mi(needed)} on disk while files are rewritten, "
            f"and the volume has {profile.redis.storage.size}",
            fix=f"set storage.size to {_gi(needed)} or more, or maxmemory lower",
        )


@rule("RM035", Severity.WARNING)
def persistence_on_emptydir(profile: Profile) -> Iterator[Fault]:
    """Files are written to a volume that goes away with the pod.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      storage:
        kind: emptyDir
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      storage:
        kind: emptyDir
      aof:
        enabled: false
      rdb:
        save: []
    ```
    Source: Kubernetes docs, concepts/storage/volumes, emptyDir.
    """
    redis = profile.redis
    if redis.storage.kind == "emptyDir" and (redis.aof.enabled or redis.rdb.save):
        yield Fault(
            path=("redis", "storage", "kind"),
            fact="an emptyDir goes with its pod: all pods deleted at once lose all data",
            fix="use kind: claim, or turn aof and rdb off and call it a cache",
        )


@rule("RM036", Severity.WARNING)
def no_replica_acknowledges(profile: Profile) -> Iterator[Fault]:
    """The master acknowledges writes that no replica can have.

    A master that is cut off from the rest goes on acknowledging to the clients beside it, and all of that is lost when
    it comes back: measured 5,367 of 5,503 writes in 60 s.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      minReplicasToWrite: 0
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      minReplicasToWrite: 1
    ```
    Source: redis.conf, min-replicas-to-write; measured (docs/design.md).
    """
    if profile.redis.min_replicas_to_write == 0:
        yield Fault(
            path=("redis", "minReplicasToWrite"),
            fact="a master that is cut off acknowledges writes that are lost when it comes back",
            fix="run 3 Redis and set minReplicasToWrite to 1"
            if profile.redis.replicas < 3
            else "set it to 1",
            change=Change(("redis", "minReplicasToWrite"), 1) if profile.redis.replicas >= 3 else None,
        )


@rule("RM037", Severity.ERROR)
def every_replica_must_acknowledge(profile: Profile) -> Iterator[Fault]:
    """The master refuses writes as soon as one replica is away: every restart of a pod is a write outage.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      replicas: 3
      minReplicasToWrite: 2
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      replicas: 3
      minReplicasToWrite: 1
    ```
    Source: redis.conf, min-replicas-to-write.
    """
    replicas, needed = profile.redis.replicas - 1, profile.redis.min_replicas_to_write
    if needed >= replicas:
        yield Fault(
            path=("redis", "minReplicasToWrite"),
            fact=f"writes need {needed} of {replicas} replicas, so each restart of one stops them",
            fix=f"set minReplicasToWrite to {max(0, replicas - 1)}, or run more replicas",
            change=Change(("redis", "minReplicasToWrite"), max(0, replicas - 1)),
        )


def _mi(count: int) -> str:
    return str(Quantity.parse(f"{-(-count // MIB)}Mi"))


def _gi(count: int) -> str:
    return f"{-(-count // (1 << 30))}Gi"


FEATURE = Feature(
    "memory",
    rules=(
        request_over_limit,
        maxmemory_over_limit,
        maxmemory_without_copy_room,
        maxmemory_unset,
        volume_too_small,
        persistence_on_emptydir,
        no_replica_acknowledges,
        every_replica_must_acknowledge,
    ),
)
