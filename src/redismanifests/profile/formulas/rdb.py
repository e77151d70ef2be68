"""RDB: which lines of engines read a dump of which version.

A server refuses a newer version than its own, and the ones of the other engine since the two parted
(Valkey: 12 to 79 are foreign). Sources: RDB_VERSION in rdb.h of each line, and rdbLoadRio; measured with dumps of
Redis 7.0.15, 8.0.2 and 8.2.3 and Valkey 8.1.1, 9.0.0 and 9.1.2 (docs/backup.md).
"""

from __future__ import annotations

VERSIONS = {
    "redis-7.0": 10,
    "redis-7.2": 11,
    "redis-7.4": 12,
    "redis-8.0": 12,
    "redis-8.2": 12,
    "valkey-7.2": 11,
    "valkey-8.0": 11,
    "valkey-8.1": 11,
    "valkey-9.0": 80,
    "valkey-9.1": 80,
}
"""The version that each line writes."""

VALKEYS_OWN = 80
"""Valkey's first version of its own; its magic is VALKEY, and no Redis reads it."""
LAST_SHARED = 11
"""The last version that both engines read."""


def reads(line: str, version: int) -> bool:
    """Whether servers of ``line`` (``redis-8.2``) read a dump of this version."""
    if line.startswith("redis-"):
        return version <= VERSIONS[line]
    return version <= LAST_SHARED or VALKEYS_OWN <= version <= VERSIONS[line]


def readers(version: int) -> tuple[str, ...]:
    """The lines that read a dump of this version, in the order of the table."""
    return tuple(line for line in VERSIONS if reads(line, version))
