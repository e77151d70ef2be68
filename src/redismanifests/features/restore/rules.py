"""Restore rules: whether a backup fits the deployment that is to start with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, rule
from redismanifests.core.findings import Severity
from redismanifests.profile.formulas import format as dumps

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile.model import Profile


@rule("RM320", Severity.ERROR, waivable=False)
def backup_not_readable(profile: Profile) -> Iterator[Fault]:
    """The backup was written by a version that this engine cannot read.

    The formats go one way: an older version refuses what a newer one wrote, and since RDB 12 the two engines refuse
    each other's. The first pod would wait for a person, and the deployment would never have a master.

    Bad:
    ```yaml
    name: redis-new
    namespace: shop
    redis:
      image: redis:7.2.16
    restore:
      from: {namespace: shop, name: redis, engine: redis-8.2, store: {kind: s3, bucket: backups, secretName: store}}
    ```
    Good:
    ```yaml
    name: redis-new
    namespace: shop
    redis:
      image: redis:8.2.10
    restore:
      from: {namespace: shop, name: redis, engine: redis-8.2, store: {kind: s3, bucket: backups, secretName: store}}
    ```
    Source: https://github.com/redis/redis/blob/7.2/src/rdb.c (rdbLoadRioWithLoadingCtx); measured between six servers
    (docs/engines.md).
    """
    source = profile.restore.source if profile.restore else None
    if source is None or source.engine is None:
        return
    written = dumps.DUMPS[source.engine]
    for line in dumps.lines(profile.engine, profile.redis.image):
        if not dumps.loads(line, written):
            yield Fault(
                path=("restore", "from", "engine"),
                fact=f"{source.engine} writes RDB version {written}, and {line} reads {dumps.most(line)}",
                fix=f"use an engine that reads it: {', '.join(dumps.readers(written))}",
            )
            return


@rule("RM321", Severity.NOTE)
def restore_has_no_way_back(profile: Profile) -> Iterator[Fault]:
    """The engine reads the backup, and writes backups that the engine of before cannot read.

    If the new version disappoints, only the backups of before lead back, without what was written since.

    Bad:
    ```yaml
    name: redis-new
    namespace: shop
    redis:
      image: redis:8.2.10
    restore:
      from: {namespace: shop, name: redis, engine: redis-7.2, store: {kind: s3, bucket: backups, secretName: store}}
    ```
    Good:
    ```yaml
    name: redis-new
    namespace: shop
    redis:
      image: redis:8.2.10
    restore:
      from: {namespace: shop, name: redis, engine: redis-8.2, store: {kind: s3, bucket: backups, secretName: store}}
    ```
    Source: https://github.com/redis/redis/blob/7.2/src/rdb.h (RDB_VERSION); docs/engines.md.
    """
    source = profile.restore.source if profile.restore else None
    if source is None or source.engine is None:
        return
    for line in dumps.lines(profile.engine, profile.redis.image):
        if dumps.loads(line, dumps.DUMPS[source.engine]) and not dumps.loads(
            source.engine, dumps.DUMPS[line]
        ):
            yield Fault(
                path=("restore", "from", "engine"),
                fact=f"{source.engine} cannot read the backups that {line} writes (RDB version {dumps.DUMPS[line]})",
                fix="keep the backups of before until you are sure, or restore into the version that wrote them",
            )
            return


@rule("RM322", Severity.ERROR, waivable=False)
def backup_beyond_maxmemory(profile: Profile) -> Iterator[Fault]:
    """The backup has more data than maxmemory allows, and nothing is evicted.

    A server loads all of it, opens, and refuses every write with OOM. The restore refuses it before that.

    Bad:
    ```yaml
    name: redis-new
    namespace: shop
    redis: {maxmemory: 100Mi}
    restore:
      from: {namespace: shop, name: redis, usedMemory: 101Mi, store: {kind: s3, bucket: backups, secretName: store}}
    ```
    Good:
    ```yaml
    name: redis-new
    namespace: shop
    redis: {maxmemory: 200Mi}
    restore:
      from: {namespace: shop, name: redis, usedMemory: 101Mi, store: {kind: s3, bucket: backups, secretName: store}}
    ```
    Source: https://github.com/redis/redis/blob/7.2/redis.conf (maxmemory); measured (docs/restore.md).
    """
    if profile.redis.maxmemory_policy == "noeviction":
        yield from _beyond(profile)


@rule("RM323", Severity.WARNING)
def restored_keys_are_evicted(profile: Profile) -> Iterator[Fault]:
    """The backup has more data than maxmemory allows, and the policy evicts keys until it fits.

    The restore succeeds, and part of the data is gone a moment later.

    Bad:
    ```yaml
    name: redis-new
    namespace: shop
    redis: {maxmemory: 100Mi, maxmemoryPolicy: allkeys-lru}
    restore:
      from: {namespace: shop, name: redis, usedMemory: 101Mi, store: {kind: s3, bucket: backups, secretName: store}}
    ```
    Good:
    ```yaml
    name: redis-new
    namespace: shop
    redis: {maxmemory: 200Mi, maxmemoryPolicy: allkeys-lru}
    restore:
      from: {namespace: shop, name: redis, usedMemory: 101Mi, store: {kind: s3, bucket: backups, secretName: store}}
    ```
    Source: https://github.com/redis/redis/blob/7.2/redis.conf (maxmemory-policy).
    """
    if profile.redis.maxmemory_policy != "noeviction":
        yield from _beyond(profile)


def _beyond(profile: Profile) -> Iterator[Fault]:
    used = profile.restore.source.used_memory if profile.restore else None
    limit = profile.redis.maxmemory
    if used is not None and 0 < limit.bytes < used.bytes:
        yield Fault(
            path=("redis", "maxmemory"),
            fact=f"maxmemory is {limit}, and the data of the backup takes {used}",
            fix="set maxmemory above it, and the memory limit with it",
        )


@rule("RM324", Severity.WARNING)
def restore_from_itself(profile: Profile) -> Iterator[Fault]:
    """The backup is one of this deployment itself, by namespace and name.

    Where its volumes hold data nothing happens. Where they were lost, it starts with an older state and then adds its
    backups to those of before, until the retention removes the good ones. A new name keeps both apart; to go back in
    time on volumes that hold data is a restore in place (docs/restore.md).

    Bad:
    ```yaml
    name: redis
    namespace: shop
    restore:
      from: {namespace: shop, name: redis, store: {kind: s3, bucket: backups, secretName: store}}
    ```
    Good:
    ```yaml
    name: redis-new
    namespace: shop
    restore:
      from: {namespace: shop, name: redis, store: {kind: s3, bucket: backups, secretName: store}}
    ```
    Source: https://cloudnative-pg.io/documentation/current/recovery/ (recovery into a new cluster); docs/restore.md.
    """
    if profile.restore is None:
        return
    source = profile.restore.source
    if (source.namespace, source.name) == (profile.namespace, profile.name):
        yield Fault(
            path=("restore", "from", "name"),
            fact=f"{source.namespace}/{source.name} is this deployment: its own backups are restored into it",
            fix="give the new deployment another name; for a restore in place see docs/restore.md",
        )


@rule("RM326", Severity.ERROR, waivable=False)
def restore_scratch_below_dump(profile: Profile) -> Iterator[Fault]:
    """The dump is larger than the space that it is fetched to.

    The kubelet evicts a pod whose emptyDir grows beyond its limit. The next one fetches the same dump, and so on.

    Bad:
    ```yaml
    name: redis-new
    namespace: shop
    restore:
      sizeLimit: 100Mi
      from: {namespace: shop, name: redis, size: 101Mi, store: {kind: s3, bucket: backups, secretName: store}}
    ```
    Good:
    ```yaml
    name: redis-new
    namespace: shop
    restore:
      sizeLimit: 200Mi
      from: {namespace: shop, name: redis, size: 101Mi, store: {kind: s3, bucket: backups, secretName: store}}
    ```
    Source: https://kubernetes.io/docs/concepts/storage/volumes/#emptydir (sizeLimit).
    """
    size = profile.restore.source.size if profile.restore else None
    if profile.restore and size and profile.restore.size_limit.bytes <= size.bytes:
        yield Fault(
            path=("restore", "sizeLimit"),
            fact=f"{profile.restore.size_limit} for a dump of {size} and its manifest",
            fix="set it above the size of the dump, and see whether nodes have that much",
        )


@rule("RM327", Severity.WARNING)
def restore_at_every_pod(profile: Profile) -> Iterator[Fault]:
    """The data is on an emptyDir, so each new pod with ordinal 0 begins with an empty volume and fetches the backup.

    Where other members hold data theirs wins, and the download was for nothing. Without the store the pod does not
    start. After a loss of all pods the deployment starts with the backup, however old it is.

    Bad:
    ```yaml
    name: redis-new
    namespace: shop
    redis: {aof: {enabled: false}, rdb: {save: []}, storage: {kind: emptyDir}}
    restore:
      from: {namespace: shop, name: redis, store: {kind: s3, bucket: backups, secretName: store}}
    ```
    Good:
    ```yaml
    name: redis-new
    namespace: shop
    redis: {storage: {kind: claim}}
    restore:
      from: {namespace: shop, name: redis, store: {kind: s3, bucket: backups, secretName: store}}
    ```
    Source: https://kubernetes.io/docs/concepts/storage/volumes/#emptydir; templates/restore/volume.sh.
    """
    if profile.restore is not None and profile.redis.storage.kind == "emptyDir":
        yield Fault(
            path=("restore",),
            fact="redis.storage.kind is emptyDir: each new pod with ordinal 0 fetches the backup again",
            fix="use a claim, or remove restore when the deployment is healthy",
            at_key=True,
        )


@rule("RM328", Severity.NOTE)
def restore_without_append_only_file(profile: Profile) -> Iterator[Fault]:
    """There is no append-only file, so until the first save the volume holds the backup and nothing else.

    If all pods are lost before that, the deployment starts with the backup again, without what was written since.

    Bad:
    ```yaml
    name: redis-new
    namespace: shop
    redis: {aof: {enabled: false}}
    restore:
      from: {namespace: shop, name: redis, store: {kind: s3, bucket: backups, secretName: store}}
    ```
    Good:
    ```yaml
    name: redis-new
    namespace: shop
    redis: {aof: {enabled: true}}
    restore:
      from: {namespace: shop, name: redis, store: {kind: s3, bucket: backups, secretName: store}}
    ```
    Source: https://github.com/redis/redis/blob/7.2/redis.conf (save, appendonly).
    """
    redis = profile.redis
    if profile.restore is not None and not redis.aof.enabled and redis.storage.kind == "claim":
        yield Fault(
            path=("restore",),
            fact="without an append-only file the volume holds the backup until the first save",
            fix="run BGSAVE on the master when the deployment is healthy, or set redis.aof.enabled to true",
            at_key=True,
        )


@rule("RM329", Severity.ERROR, waivable=False)
def restore_without_keys(profile: Profile) -> Iterator[Fault]:
    """The store is to be read by the identity of the pod, and a Redis pod has none.

    Data pods have an account without any right, also at a cloud: a pod that was taken over must not read the backups
    of a year. So a restore needs a Secret with keys that may read.

    Bad:
    ```yaml
    name: redis-new
    namespace: shop
    restore:
      from: {namespace: shop, name: redis, store: {kind: s3, bucket: backups}}
    ```
    Good:
    ```yaml
    name: redis-new
    namespace: shop
    restore:
      from: {namespace: shop, name: redis, store: {kind: s3, bucket: backups, secretName: store}}
    ```
    Source: https://kubernetes.io/docs/concepts/security/service-accounts/ (an identity is given by its account).
    """
    if profile.restore is None:
        return
    store = profile.restore.source.store
    if store.kind != "claim" and store.secret_name is None:
        yield Fault(
            path=("restore", "from", "store"),
            fact="without secretName the identity of the pod is used, and Redis pods have none at the store",
            fix="set secretName to a Secret with keys that may read the backups",
            at_key=True,
        )


@rule("RM330", Severity.ERROR, waivable=False)
def moment_and_backup(profile: Profile) -> Iterator[Fault]:
    """A moment and a backup are both named as what is restored.

    Segments lead to a moment from a base of their own; a backup is another state of the data.

    Bad:
    ```yaml
    name: redis-new
    namespace: shop
    restore:
      from:
        {namespace: shop, name: redis, id: 20261130T031700Z-0123abcd, until: "2026-11-30T12:00:00Z",
         store: {kind: s3, bucket: backups, secretName: store}}
    ```
    Good:
    ```yaml
    name: redis-new
    namespace: shop
    restore:
      from: {namespace: shop, name: redis, until: "2026-11-30T12:00:00Z",
             store: {kind: s3, bucket: backups, secretName: store}}
    ```
    Source: https://github.com/redis/redis/pull/9326 (timestamps in the file); docs/segments.md.
    """
    source = profile.restore.source if profile.restore else None
    if source is not None and source.until is not None and source.id != "newest":
        yield Fault(
            path=("restore", "from", "id"),
            fact=f"backup {source.id} and the moment {source.until} are two states of the data",
            fix="remove id to restore the moment, or until to restore the backup",
        )
