"""Durability: rules about which data are written to disk, where, and how soon."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, rule
from redismanifests.core.findings import Change, Severity
from redismanifests.profile.derived import sizing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile.model import Profile

MIN_FILE_SYSTEM_BYTES = 16 * sizing.MIB
"""A journaling file system takes some megabytes for itself; a size below is a unit that was forgotten."""


@rule("RM034", Severity.WARNING)
def volume_too_small(profile: Profile) -> Iterator[Fault]:
    """The volume is too small for the peak of persistence. A full disk is a long outage.

    While the append-only file is rewritten, the old base, its increments and the new base exist at the same time. A
    snapshot or a full copy from the master needs space as well. When the disk is full, Redis refuses writes and PING.
    Sentinel promotes a replica, but applications stay connected to the full server until it has space again.

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
    Source: measured (docs/design.md, Disk); https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/.
    """
    data, needed = sizing.data_bytes(profile), sizing.needed_volume_bytes(profile)
    if profile.redis.storage.size.bytes < needed:
        yield Fault(
            path=("redis", "storage", "size"),
            fact=f"{sizing.mebibytes(data)} of data need up to {sizing.mebibytes(needed)} on disk while files are "
            f"rewritten, and the volume has {profile.redis.storage.size}",
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
    Source: https://kubernetes.io/docs/concepts/storage/volumes/#emptydir.
    """
    redis = profile.redis
    if redis.storage.kind == "emptyDir" and (redis.aof.enabled or redis.rdb.save):
        yield Fault(
            path=("redis", "storage", "kind"),
            fact="an emptyDir goes with its pod: all pods deleted at once lose all data",
            fix="use kind: claim, or turn aof and rdb off and call it a cache",
        )


@rule("RM053", Severity.NOTE)
def policy_unlike_persistence(profile: Profile) -> Iterator[Fault]:
    """Data that persistence keeps are evicted when memory is full, or a cache refuses writes instead of evicting.

    A database that evicts loses data that its files should keep. A full cache that may not evict answers every write
    with OOM. One of the two settings is probably a mistake.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      maxmemoryPolicy: allkeys-lru
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      maxmemoryPolicy: noeviction
    ```
    Source: https://redis.io/docs/latest/develop/reference/eviction/.
    """
    redis = profile.redis
    kept = redis.aof.enabled or bool(redis.rdb.save)
    path = ("redis", "maxmemoryPolicy")
    if kept and redis.maxmemory_policy != "noeviction":
        fact = f"{redis.maxmemory_policy} evicts keys when {redis.maxmemory} are full, and persistence is on"
        yield Fault(path, fact, "set it to noeviction, or turn aof and rdb off if this is a cache")
    if not kept and redis.maxmemory_policy == "noeviction":
        fact = f"persistence is off, and writes are refused when {redis.maxmemory} are full"
        yield Fault(path, fact, "set it to allkeys-lru if this is a cache, or turn aof on")


@rule("RM054", Severity.NOTE)
def claims_deleted_with_pods(profile: Profile) -> Iterator[Fault]:
    """Deleting or scaling down the StatefulSet deletes the volumes, and with them the data.

    `kubectl delete -f`, a renamed folder in a GitOps tool that prunes, or a scale to zero for the night are enough.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    storage:
      claimRetention: {whenScaled: Delete}
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    storage:
      claimRetention: {whenScaled: Retain}
    ```
    Source: https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#persistentvolumeclaim-retention.
    """
    if profile.redis.storage.kind != "claim":
        return
    retention = profile.storage.claim_retention
    for key, value, when in (
        ("whenDeleted", retention.when_deleted, "deleted"),
        ("whenScaled", retention.when_scaled, "scaled down"),
    ):
        if value == "Delete":
            yield Fault(
                path=("storage", "claimRetention", key),
                fact=f"when the StatefulSet is {when}, the volumes go with their data",
                fix=f"set {key} to Retain where the data matters",
            )


@rule("RM055", Severity.WARNING)
def nothing_is_kept(profile: Profile) -> Iterator[Fault]:
    """There are volumes for data, and nothing is written to them: all members down at once lose everything.

    A single member that dies is no loss, because the others have its data. A power loss, or a node pool that is
    replaced, takes all of them. And an empty master that starts first would make every replica drop its data too;
    the start script waits for that reason.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      aof:
        enabled: false
      rdb:
        save: []
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      aof:
        enabled: true
    ```
    Source: https://redis.io/docs/latest/operate/oss_and_stack/management/replication/ (safety with persistence off).
    """
    redis = profile.redis
    if redis.storage.kind == "claim" and not redis.aof.enabled and not redis.rdb.save:
        yield Fault(
            path=("redis", "aof", "enabled"),
            fact="neither append-only file nor snapshots: all members down at once lose all data",
            fix="turn aof on, or use storage.kind: emptyDir and call it a cache",
        )


@rule("RM056", Severity.NOTE)
def only_snapshots(profile: Profile) -> Iterator[Fault]:
    """Between two snapshots nothing reaches the disk: if all members stop at once, the writes since the last are lost.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      aof:
        enabled: false
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      aof:
        enabled: true
    ```
    Source: https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/ (RDB disadvantages).
    """
    redis = profile.redis
    if redis.rdb.save and not redis.aof.enabled:
        longest = max(point.after for point in redis.rdb.save)
        yield Fault(
            path=("redis", "aof", "enabled"),
            fact=f"all members down at once lose up to {longest} of acknowledged writes",
            fix="turn aof on: then it is a second at most",
        )


@rule("RM057", Severity.WARNING)
def fsync_left_to_the_kernel(profile: Profile) -> Iterator[Fault]:
    """The kernel decides when the append-only file reaches the disk, usually within 30 seconds.

    A killed process loses nothing by this; a node that loses power does. With everysec the loss is about a second.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      aof:
        fsync: "no"
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      aof:
        fsync: everysec
    ```
    Source: https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/ (how durable is the append only
    file).
    """
    aof = profile.redis.aof
    if aof.enabled and aof.fsync == "no":
        yield Fault(
            path=("redis", "aof", "fsync"),
            fact="a power loss takes what the kernel had not written yet, some 30 s on Linux",
            fix="set fsync to everysec",
            change=Change(("redis", "aof", "fsync"), "everysec"),
        )


@rule("RM059", Severity.WARNING)
def sentinel_volume_too_small(profile: Profile) -> Iterator[Fault]:
    """The Sentinel's claim is smaller than any file system.

    Sentinel writes a few kilobytes, but on a full volume it cannot store its vote.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    sentinel:
      storage:
        size: 8Mi
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    sentinel:
      storage:
        size: 1Gi
    ```
    Source: sentinel.c, sentinelFlushConfig; https://kubernetes.io/docs/concepts/storage/persistent-volumes/#capacity.
    """
    size = profile.sentinel.storage.size
    if size.bytes < MIN_FILE_SYSTEM_BYTES:
        yield Fault(
            path=("sentinel", "storage", "size"),
            fact=f"{size} is too small for a file system and Sentinel's state",
            fix="set storage.size to 1Gi",
        )


def _gi(count: int) -> str:
    return f"{-(-count // (1 << 30))}Gi"
