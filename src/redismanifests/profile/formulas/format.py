"""Format: which version of the dump format each line of Redis and Valkey writes, and which ones it loads.

An append-only file begins with such a dump, and a copy for a replica is one: volumes and copies are read or refused by
the same number. `MEASURED` lines were run, each against each (tests/startup/test_formats.py holds this table to
them); the others are known from their sources.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from redismanifests.core.named import NamedTuple
from redismanifests.core.values.scalar import Refusal
from redismanifests.profile.formulas.engine import judges

if TYPE_CHECKING:
    from collections.abc import Collection

    from redismanifests.core.values.image import Image

VALKEY_9 = 80
"""The dump format of Valkey 9: its files begin with VALKEY080, those of every other line with REDIS and a number."""

DUMPS = {
    "redis-6.2": 9,
    "redis-7.0": 10,
    "redis-7.2": 11,
    "redis-7.4": 12,
    "redis-8.0": 12,
    "redis-8.2": 12,
    "redis-8.4": 12,
    "redis-8.6": 13,
    "redis-8.8": 14,
    "redis-8.10": 15,
    "valkey-7.2": 11,
    "valkey-8.0": 11,
    "valkey-8.1": 11,
    "valkey-9.0": VALKEY_9,
    "valkey-9.1": VALKEY_9,
}
"""Line of versions -> the version of the dump format that it writes (RDB_VERSION in rdb.h)."""

VERSIONS = tuple(sorted(set(DUMPS.values())))
"""Every version of the dump format that a line writes."""

MEASURED = ("redis-7.0", "redis-8.0", "redis-8.2", "valkey-8.1", "valkey-9.0", "valkey-9.1")
"""Lines whose servers loaded each other's files: Redis 7.0.15, 8.0.2 and 8.2.3, Valkey 8.1.1, 9.0.0 and 9.1.2."""

SHARED = 11
"""The last version that Redis and Valkey have in common: Valkey never loads a newer one of Redis'."""

ONE_FILE = ("redis-6.2",)
"""Lines that keep the append-only file as one file. On a volume with the directory of newer ones they start empty."""


class Update(NamedTuple):
    """What an update from one line to another does to the data, in both directions."""

    disk: bool
    """Whether the new server loads what the old one left on its volume."""
    copy: bool
    """Whether a new replica can take a full copy from a master of the old line."""
    disk_back: bool
    """Whether the old server would load what the new one has written."""
    copy_back: bool
    """Whether an old replica can take a full copy from a master of the new line."""


def loads(line: str, written: int) -> bool:
    """Whether a server of ``line`` loads a dump of version ``written``."""
    if line.startswith("valkey-"):
        return written <= SHARED or (written == VALKEY_9 and DUMPS[line] == VALKEY_9)
    return written <= DUMPS[line]


def known_line(line: str) -> str:
    """``line``; raises ValueError if no such line is known."""
    if line not in DUMPS:
        parts = re.findall(r"[0-9]+", line)[:2]
        near = [each for each in DUMPS if parts and each.partition("-")[2] == ".".join(parts)]
        raise Refusal(f"{line} is no known line of versions", "write {}", *(near or DUMPS))
    return line


def lines(engine: str, image: Image) -> tuple[str, ...]:
    """The lines that an image may be of."""
    return judges(engine, image, DUMPS)


def readers(written: int) -> tuple[str, ...]:
    """The lines that load a dump of version ``written``."""
    return tuple(line for line in DUMPS if loads(line, written))


def refused_versions(of: Collection[str]) -> list[int]:
    """The versions of dumps that none of the lines ``of`` an image loads; nothing is known of no lines."""
    return [each for each in VERSIONS if of and not set(of).intersection(readers(each))]


def most(line: str) -> str:
    """Which versions a server of ``line`` loads, in words."""
    if DUMPS[line] == VALKEY_9:
        return f"up to {SHARED}, and {VALKEY_9}"
    return f"up to {DUMPS[line]}"


def sent(line: str, replica: str) -> int:
    """The version of the full copy that a master of ``line`` sends to a replica of the line ``replica``."""
    # From 9.1 on, Valkey takes the replica's version into account (valkey-io/valkey#2735).
    if line == "valkey-9.1" and DUMPS[replica] != VALKEY_9:
        return SHARED
    return DUMPS[line]


def update(old: str, new: str) -> Update:
    """What an update from ``old`` to ``new`` does; both are lines of `DUMPS`."""
    return Update(
        disk=_disk(old, new),
        copy=loads(new, sent(old, new)),
        disk_back=_disk(new, old),
        copy_back=loads(old, sent(new, old)),
    )


def _disk(writer: str, reader: str) -> bool:
    finds = reader not in ONE_FILE or writer in ONE_FILE
    return finds and loads(reader, DUMPS[writer])
