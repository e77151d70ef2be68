"""Persistence: which files the server reads at its start.

With an append-only file it never reads a dump, and without one never an append-only file: who decides what a volume
holds must know which of them this configuration loads, and under which names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.named import NamedTuple
from redismanifests.profile.derived.configuration import lines

if TYPE_CHECKING:
    from redismanifests.profile.model import Profile

NAMES = {
    "appenddirname": "appendonlydir",
    "appendfilename": "appendonly.aof",
    "dbfilename": "dump.rdb",
}
"""Names where no line sets them (redis.conf of Redis 7.0 to 8.10, valkey.conf of Valkey 7.2 to 9.1)."""


class Persistence(NamedTuple):
    """What the server reads below its data directory."""

    append_only: str
    """yes or no."""
    append_directory: str
    append_file: str
    dump_file: str


def persistence(profile: Profile) -> Persistence:
    """As the server takes the profile's lines: the last one of a directive counts, also one that rules refuse."""
    words = {name: words for _, name, words in lines(profile) if words}
    names = {name: words.get(name, (default,))[0] for name, default in NAMES.items()}
    append_only = words.get("appendonly", ("yes" if profile.redis.aof.enabled else "no",))[0]
    return Persistence(
        append_only=append_only.lower(),
        append_directory=names["appenddirname"],
        append_file=names["appendfilename"],
        dump_file=names["dbfilename"],
    )
