"""Course: with which data a deployment begins, and where they go, for `plan`; off by default, and then empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.named import NamedTuple
from redismanifests.core.values.scalar import listed
from redismanifests.features.restore.settings import NEWEST
from redismanifests.profile.derived.backup.store import place
from redismanifests.profile.derived.members import redis_workload

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.features.backup.settings import Backup, Store
    from redismanifests.features.migration.settings import Migration
    from redismanifests.features.restore.settings import Restore
    from redismanifests.profile.model import Profile


class Course(NamedTuple):
    """A part of it, and what happens, a sentence a line."""

    title: str
    lines: tuple[str, ...]


def courses(profile: Profile) -> tuple[Course, ...]:
    """What `migration`, `restore` and `backup` change, in the order in which it happens."""
    found = []
    if profile.migration is not None:
        found.append(Course("Until redismanifests migrate cut", (*_move(profile, profile.migration),)))
    if profile.restore is not None:
        found.append(Course("What it begins with", (*_restore(profile, profile.restore),)))
    if profile.backup is not None:
        found.append(Course("Backups", (*_backups(profile, profile.backup),)))
    return tuple(found)


def _move(profile: Profile, migration: Migration) -> Iterator[str]:
    first, *others = redis_workload(profile).pods
    source = migration.source
    login = (
        f" with the password in Secret {source.secret_name}" if source.secret_name else " without a password"
    )
    follow = "follows" if len(others) == 1 else "follow"
    yield f"{first} follows the old master {source.host}:{source.port}{login}"
    yield f"{listed(others)} {follow} {first}; none of them takes a write, and none is ready"
    yield f"the {profile.sentinel.replicas} Sentinels wait: none knows a master, and there is no failover here"
    if profile.disruption.redis.enabled:
        yield "a drain waits as well: the PodDisruptionBudget counts pods that are ready"
    yield "clients stay at the old master; what is said below of losses and failovers holds after the cut"
    yield "migrate status shows when a cut may begin; after it remove migration from the profile (docs/moving.md)"


def _restore(profile: Profile, restore: Restore) -> Iterator[str]:
    source, first = restore.source, redis_workload(profile).pods[0]
    backup = "the newest backup" if source.id == NEWEST else f"backup {source.id}"
    what = f"the moment {source.until}" if source.until else backup
    where = _where(source.store, source.namespace, source.name)
    yield f"{what} of {source.namespace}/{source.name}, from {where}: {first} fetches it where no volume holds data"
    yield "volumes that hold data keep it; then remove restore from the profile (docs/restore.md)"


def _backups(profile: Profile, backup: Backup) -> Iterator[str]:
    keep, where = backup.keep, _where(backup.store, profile.namespace, profile.name)
    kept = [f"the newest {keep.count}"] if keep.count else []
    kept += [f"for {keep.age}"] if keep.age else []
    secret = "encrypted" if backup.encryption else "not encrypted"
    yield f"{backup.schedule} ({backup.time_zone}): a dump of a replica goes to {where}"
    yield f"{secret}; kept {' and '.join(kept) or 'without an end'}, {keep.least} in any case"
    if backup.segments is not None:
        every, back = backup.segments.every, backup.segments.keep
        yield f"every {every} each Redis pod ships its appended writes: any second of the last {back} can be restored"
    if backup.drill is not None:
        yield f"{backup.drill.schedule}: the newest one is loaded into a server of its own, as a test"


def _where(store: Store, namespace: str, name: str) -> str:
    kinds = {"sftp": f"sftp {store.host}", "claim": f"claim {store.claim}"}
    folder = place(store, namespace, name).partition(":")[2]
    return f"{kinds.get(store.kind, store.kind)}, {folder}"
