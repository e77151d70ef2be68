"""Segment rules: whether the append-only file of every pod can be shipped, and what the pods may do at the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, rule
from redismanifests.core.findings import Severity
from redismanifests.profile.derived.backup.segments import segments_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile.model import Profile


@rule("RM312", Severity.ERROR, waivable=False)
def segments_without_append_only_file(profile: Profile) -> Iterator[Fault]:
    """Segments of the append-only file are asked for, and there is none.

    Nothing would ever be shipped, and no moment could be restored.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    monitoring: {enabled: true}
    redis: {aof: {enabled: false}, rdb: {save: []}, storage: {kind: emptyDir}}
    backup:
      schedule: "17 * * * *"
      encryption: {secretName: encryption}
      store: {kind: s3, bucket: redis-backups, secretName: store}
      segments: {secretName: writer}
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    monitoring: {enabled: true}
    redis: {aof: {enabled: true}}
    backup:
      schedule: "17 * * * *"
      encryption: {secretName: encryption}
      store: {kind: s3, bucket: redis-backups, secretName: store}
      segments: {secretName: writer}
    ```
    Source: https://github.com/redis/redis/blob/7.2/redis.conf (appendonly, aof-timestamp-enabled).
    """
    if segments_of(profile) and not profile.redis.aof.enabled:
        yield Fault(
            path=("backup", "segments"),
            at_key=True,
            fact="redis.aof.enabled is false: there is no append-only file to ship",
            fix="set redis.aof.enabled to true, or remove backup.segments",
        )


@rule("RM314", Severity.ERROR, waivable=False)
def segments_without_keys(profile: Profile) -> Iterator[Fault]:
    """The Redis pods ship segments, and can reach no store: they have no identity at a cloud, and share no claim.

    Data pods have an account without any right, also at a cloud. A claim of the namespace would be mounted by every
    Redis pod at once, on all nodes, and is lost with the namespace.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    monitoring: {enabled: true}
    backup:
      schedule: "17 * * * *"
      encryption: {secretName: encryption}
      store:
        kind: s3
        bucket: redis-backups
        identity: {annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/redis-backup"}}
      segments: {}
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    monitoring: {enabled: true}
    backup:
      schedule: "17 * * * *"
      encryption: {secretName: encryption}
      store:
        kind: s3
        bucket: redis-backups
        identity: {annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/redis-backup"}}
      segments: {secretName: writer}
    ```
    Source: https://kubernetes.io/docs/concepts/storage/persistent-volumes/#access-modes; docs/segments.md.
    """
    backup, segments = profile.backup, segments_of(profile)
    if backup is None or segments is None:
        return
    store = backup.store
    if store.kind == "claim":
        yield Fault(
            path=("backup", "segments"),
            at_key=True,
            fact="the store is a claim, which every Redis pod would have to mount",
            fix="use another kind of store, or remove backup.segments",
        )
    elif segments.secret_name is None and store.secret_name is None:
        yield Fault(
            path=("backup", "segments"),
            at_key=True,
            fact="there is no Secret with keys to the store, and Redis pods have no identity there",
            fix="set backup.segments.secretName to a Secret with keys that may list, read and write",
        )


@rule("RM315", Severity.WARNING)
def segments_with_the_keys_of_backups(profile: Profile) -> Iterator[Fault]:
    """The Redis pods have the same keys to the store as the backups, which may delete them.

    Who takes over a Redis pod then deletes the data and every backup of it. Segments need no right to delete: a
    CronJob with the keys of the backups removes old ones. A lock of the bucket (backup.lock) protects as well.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    monitoring: {enabled: true}
    backup:
      schedule: "17 * * * *"
      encryption: {secretName: encryption}
      store: {kind: s3, bucket: redis-backups, secretName: store}
      segments: {}
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    monitoring: {enabled: true}
    backup:
      schedule: "17 * * * *"
      encryption: {secretName: encryption}
      store: {kind: s3, bucket: redis-backups, secretName: store}
      segments: {secretName: writer}
    ```
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html (least privilege).
    """
    segments = segments_of(profile)
    if segments is None or profile.backup is None or profile.backup.lock is not None:
        return
    keys = profile.backup.store.secret_name
    if keys is not None and segments.secret_name in (None, keys):
        yield Fault(
            path=("backup", "segments"),
            at_key=True,
            fact=f"every Redis pod has the keys of Secret {keys}, which may delete backups",
            fix="set backup.segments.secretName to a Secret with keys that may list, read and write, and not delete",
        )
