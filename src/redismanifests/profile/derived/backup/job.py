"""Job: names, sizes and times of a backup."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Literal

from redismanifests.core.named import NamedTuple
from redismanifests.core.values.duration import Duration
from redismanifests.profile.derived.sizing import MIB, mebibytes

if TYPE_CHECKING:
    from redismanifests.core.values.quantity import Quantity
    from redismanifests.profile.model import Profile

SCRATCH_MARGIN_BYTES = 64 * MIB
COPIES_OF_MOMENT = 4
"""Of the data, at the most, where a moment is restored: base, segments as fetched and joined, dump."""
BASE_SECONDS = 600
BYTES_PER_SECOND = 5 * 10**6
PASSES = 3
"""Dump, upload, read back."""


class BackupWorkload(NamedTuple):
    """The CronJob, with what templates of labels, accounts and policies read of a workload."""

    component: Literal["backup"]
    name: str
    instance: str
    namespace: str
    engine: str


def name(profile: Profile) -> str:
    """The name of the CronJob and of what belongs to it."""
    return f"{profile.name}-backup"


def backup_workload(profile: Profile) -> BackupWorkload:
    """The CronJob."""
    return BackupWorkload("backup", name(profile), profile.name, profile.namespace, profile.engine)


def size_limit(profile: Profile) -> Quantity:
    """What a dump of a full server takes, with a margin."""
    return mebibytes(largest_bytes(profile) + SCRATCH_MARGIN_BYTES)


def restored_size_limit(profile: Profile) -> Quantity:
    """The same for a restore. To a moment: a base, as much appended to it before it is rewritten, and the dump."""
    to_moment = profile.restore is not None and profile.restore.source.until is not None
    copies = COPIES_OF_MOMENT if to_moment else 1
    return mebibytes(copies * largest_bytes(profile) + SCRATCH_MARGIN_BYTES)


def timeout(profile: Profile) -> Duration:
    """The time for the largest dump, at most a day."""
    seconds = BASE_SECONDS + PASSES * largest_bytes(profile) // BYTES_PER_SECOND
    return Duration(min(seconds, 24 * 3600) * 1000)


def largest_bytes(profile: Profile) -> int:
    """What the data takes at the most."""
    # A maxmemory of 0 is no bound: the limit of the container is one.
    return profile.redis.maxmemory.bytes or profile.redis.resources.limits.memory.bytes


def digest(profile: Profile) -> str:
    """SHA-256, in hexadecimal, of the profile with every default."""
    text = json.dumps(profile.plain(), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()
