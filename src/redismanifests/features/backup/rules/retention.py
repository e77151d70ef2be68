"""Backup rules about time and size: how often, how long, how large, and who notices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, rule
from redismanifests.core.findings import Severity
from redismanifests.core.values.duration import Duration
from redismanifests.profile.derived import sizing
from redismanifests.profile.derived.backup import job

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.core.findings import Path
    from redismanifests.features.backup.settings import Segments
    from redismanifests.profile.model import Profile

LEAST_SAFE = 2
SEGMENT_UPLOAD_SECONDS = 30
"""For the upload of a segment, with a second try (templates/segments/ship.sh)."""


@rule("RM301", Severity.WARNING)
def retention_of_one(profile: Profile) -> Iterator[Fault]:
    """The retention may remove every backup but one.

    The newest backup may have the very mistake that a restore is for, such as keys that an application deleted.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    monitoring: {enabled: true}
    backup:
      schedule: "17 * * * *"
      encryption: {secretName: encryption}
      store: {kind: s3, bucket: redis-backups, secretName: store}
      keep: {least: 1}
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
      keep: {least: 3}
    ```
    Source: https://sre.google/sre-book/data-integrity/; docs/backup.md, Retention.
    """
    if profile.backup and profile.backup.keep.least < LEAST_SAFE:
        yield Fault(
            path=("backup", "keep", "least"),
            fact="only one backup stays in any case, and it may have the mistake that a restore is for",
            fix=f"set it to {LEAST_SAFE} or more",
        )


@rule("RM302", Severity.WARNING)
def backups_rarer_than_required(profile: Profile) -> Iterator[Fault]:
    """A requirement limits how much may be lost, and backups are further apart than that, or there are none.

    What was written after the last backup is lost when everything is destroyed. A backup counts when it is complete, so
    the timeout of a run is added to the longest time between two runs. Where segments are shipped, their time counts.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    monitoring: {enabled: true}
    requirements:
      - {id: "1", text: at most one hour is lost, probes: [PB010], rpo: 1h}
    backup:
      schedule: "17 * * * *"
      encryption: {secretName: encryption}
      store: {kind: s3, bucket: redis-backups, secretName: store}
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    monitoring: {enabled: true}
    requirements:
      - {id: "1", text: at most one hour is lost, probes: [PB010], rpo: 1h}
    backup:
      schedule: "*/30 * * * *"
      encryption: {secretName: encryption}
      store: {kind: s3, bucket: redis-backups, secretName: store}
    ```
    Source: https://sre.google/sre-book/data-integrity/; docs/backup.md.
    """
    backup = profile.backup
    for index, requirement in enumerate(profile.requirements):
        if requirement.rpo is None:
            continue
        path = ("requirements", index, "rpo")
        if backup is None:
            fact = f"at most {requirement.rpo} may be lost, and there are no backups"
            yield Fault(path=path, fact=fact, fix="set backup, or remove rpo")
            continue
        if backup.segments is not None:
            yield from _segments_apart(backup.segments, requirement.rpo, path)
            continue
        gap_s = backup.schedule.longest_gap_minutes * 60
        if gap_s + backup.timeout.whole_seconds > requirement.rpo.whole_seconds:
            apart, slowest = Duration(gap_s * 1000), backup.timeout
            yield Fault(
                path=path,
                fact=f"at most {requirement.rpo} may be lost; backups are up to {apart} apart and take up to {slowest}",
                fix="back up more often (backup.schedule), shorten backup.timeout, or accept a longer rpo",
            )


def _segments_apart(segments: Segments, rpo: Duration, path: Path) -> Iterator[Fault]:
    if segments.every.whole_seconds + SEGMENT_UPLOAD_SECONDS > rpo.whole_seconds:
        yield Fault(
            path=path,
            fact=f"at most {rpo} may be lost; segments are {segments.every} apart, and their upload takes up to "
            f"{SEGMENT_UPLOAD_SECONDS}s",
            fix="ship them more often (backup.segments.every), or accept a longer rpo",
        )


@rule("RM305", Severity.WARNING)
def lock_shorter_than_retention(profile: Profile) -> Iterator[Fault]:
    """The lock of the bucket ends before the retention: for the rest of the time a backup can be deleted.

    Who has the key to the store, or took over the pod, then deletes or overwrites what is not locked any more.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    monitoring: {enabled: true}
    backup:
      schedule: "17 * * * *"
      encryption: {secretName: encryption}
      store: {kind: s3, bucket: redis-backups, secretName: store}
      keep: {age: 720h}
      lock: 168h
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
      keep: {age: 168h}
      lock: 168h
    ```
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html.
    """
    backup = profile.backup
    if backup is None or backup.lock is None:
        return
    if backup.store.kind != "s3":
        yield Fault(
            path=("backup", "lock"),
            fact=f"only s3 has an object lock, and the store is {backup.store.kind}",
            fix="remove it",
        )
    elif backup.keep.age is None or backup.lock < backup.keep.age:
        kept = "without an end" if backup.keep.age is None else f"for {backup.keep.age}"
        yield Fault(
            path=("backup", "lock"),
            fact=f"objects are locked for {backup.lock}, and kept {kept}",
            fix="lock them for as long as they are kept",
        )


@rule("RM306", Severity.WARNING)
def scratch_below_the_dump(profile: Profile) -> Iterator[Fault]:
    """The volume for the dump, or the container's limit of disk, is smaller than a dump can be.

    The kubelet evicts a pod that writes more. It happens when the data has grown, so years of backups may go well
    first. Keys may take nearly all of maxmemory: since Redis 7.0 the backlog, which counts in it, grows as it is used.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    monitoring: {enabled: true}
    backup:
      schedule: "17 * * * *"
      encryption: {secretName: encryption}
      store: {kind: s3, bucket: redis-backups, secretName: store}
      sizeLimit: 100Mi
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
    ```
    Source: https://kubernetes.io/docs/concepts/storage/volumes/#emptydir; https://github.com/redis/redis/pull/9166.
    """
    backup = profile.backup
    if backup is None:
        return
    largest = job.largest_bytes(profile)
    needed = sizing.mebibytes(largest)
    if backup.size_limit.bytes < largest:
        yield Fault(
            path=("backup", "sizeLimit"),
            fact=f"the scratch volume has {backup.size_limit}, and a dump may have {needed}",
            fix=f"set it to {needed} or more, or remove it",
        )
    for name, container in (("dump", backup.dump), ("upload", backup.upload)):
        limit = container.resources.limits.ephemeral_storage
        if limit is not None and limit.bytes < largest:
            yield Fault(
                path=("backup", name, "resources", "limits", "ephemeral-storage"),
                fact=f"the volume counts in this limit of {limit}, and a dump may have {needed}",
                fix=f"set it to {needed} or more",
            )


@rule("RM307", Severity.NOTE)
def backup_of_a_cache(profile: Profile) -> Iterator[Fault]:
    """Backups of a deployment that evicts keys: a restored cache is old, and costs as much as data.

    Where losing a key is acceptable, an empty start usually is as well.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    monitoring: {enabled: true}
    redis: {maxmemoryPolicy: allkeys-lru}
    backup:
      schedule: "17 * * * *"
      encryption: {secretName: encryption}
      store: {kind: s3, bucket: redis-backups, secretName: store}
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
    ```
    Source: https://redis.io/docs/latest/develop/reference/eviction/.
    """
    policy = profile.redis.maxmemory_policy
    if profile.backup and policy.startswith("allkeys-"):
        yield Fault(
            path=("backup",),
            at_key=True,
            fact=f"{policy} evicts any key: this is a cache, and a restored cache is old",
            fix="remove backup, or use another policy",
        )


@rule("RM309", Severity.WARNING)
def no_one_notices_missing_backups(profile: Profile) -> Iterator[Fault]:
    """There are backups and no alert that they have stopped.

    A Secret that expired, or a full store, stops backups without any sign in the deployment itself.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    backup:
      schedule: "17 * * * *"
      encryption: {secretName: encryption}
      store: {kind: s3, bucket: redis-backups, secretName: store}
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
    ```
    Source: https://sre.google/sre-book/data-integrity/; docs/alerts.md, RedisBackupTooOld.
    """
    if profile.backup and not profile.monitoring.enabled:
        yield Fault(
            path=("backup",),
            at_key=True,
            fact="no alert fires when backups stop",
            fix="set monitoring.enabled, or watch kube_cronjob_status_last_successful_time yourself",
        )
