"""Redis sizing: memory, buffers and grace period that follow from the memory limit.

The arithmetic of docs/design.md (memory), apart from the settings so that it can be read and tested alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from redismanifests.core.duration import Duration
from redismanifests.core.quantity import Quantity
from redismanifests.facts.startup import HANDOVER_SECONDS

if TYPE_CHECKING:
    from redismanifests.profile import Profile

MIB = 1 << 20

PROCESS_BYTES = 64 * MIB
"""Code, allocator and the exec probes' processes (about 5 MiB each), beside data and buffers."""

MIN_BACKLOG_BYTES = 32 * MIB
MIN_OUTPUT_BUFFER_BYTES = 64 * MIB

COPY_PERCENT_PERSISTENT = 50
"""Pages copied while a child writes AOF or RDB: measured 24 to 46 % of the data, at 3,000 to 9,500 writes a second."""
COPY_PERCENT_VOLATILE = 25
"""Without persistence a full sync still forks."""

SHUTDOWN_SECONDS = 10
"""shutdown-timeout: how long Redis waits for replicas to catch up before it exits (redis.conf, 7.0)."""
SAVE_BYTES_PER_SECOND = 50 * 10**6
MARGIN_SECONDS = 10
MIN_GRACE_SECONDS = 60


def backlog(profile: Profile) -> Quantity:
    """A sixteenth of the memory limit, at least 32 MiB."""
    return _whole_mebibytes(max(MIN_BACKLOG_BYTES, profile.redis.resources.limits.memory.bytes // 16))


def output_buffer(profile: Profile) -> Quantity:
    """An eighth of the memory limit, at least 64 MiB, never less than the backlog."""
    eighth = profile.redis.resources.limits.memory.bytes // 8
    return _whole_mebibytes(max(MIN_OUTPUT_BUFFER_BYTES, eighth, profile.redis.repl_backlog_size.bytes))


def maxmemory(profile: Profile) -> Quantity:
    """What the limit leaves for data, in whole MiB; 1 MiB where it leaves nothing (a rule then speaks up)."""
    left = profile.redis.resources.limits.memory.bytes - PROCESS_BYTES - buffer_bytes(profile)
    return _whole_mebibytes(max(MIB, left * 100 // (100 + copy_percent(profile))))


def needed_limit_bytes(profile: Profile) -> int:
    """The memory limit that ``maxmemory`` asks for."""
    data = profile.redis.maxmemory.bytes
    return data * (100 + copy_percent(profile)) // 100 + buffer_bytes(profile) + PROCESS_BYTES


def buffer_bytes(profile: Profile) -> int:
    """Memory of replication, not counted by maxmemory: from 7.0 on backlog and replica buffers are one."""
    return max(profile.redis.repl_backlog_size.bytes, profile.redis.replica_output_buffer.bytes)


def copy_percent(profile: Profile) -> int:
    """Copy-on-write to reckon with, in percent of the data."""
    persistent = profile.redis.aof.enabled or profile.redis.rdb.save
    return COPY_PERCENT_PERSISTENT if persistent else COPY_PERCENT_VOLATILE


def shutdown_seconds(profile: Profile) -> int:
    """The longest that hand-over, shutdown and, where a snapshot is written at exit, the save may take."""
    saves = bool(profile.redis.rdb.save) and not profile.redis.aof.enabled
    save_seconds = -(-profile.redis.maxmemory.bytes // SAVE_BYTES_PER_SECOND) if saves else 0
    return HANDOVER_SECONDS + SHUTDOWN_SECONDS + save_seconds


def grace(profile: Profile) -> Duration:
    """The shutdown's time and a margin."""
    return Duration.parse(f"{max(MIN_GRACE_SECONDS, shutdown_seconds(profile) + MARGIN_SECONDS)}s")


def mebibytes(count: int) -> Quantity:
    """``count`` bytes in MiB, rounded up: what must be there."""
    return Quantity.parse(f"{-(-count // MIB)}Mi")


def _whole_mebibytes(count: int) -> Quantity:
    return Quantity.parse(f"{count // MIB}Mi")


DISK_MARGIN_BYTES = 256 * MIB
DISK_PERCENT = {(True, True): 500, (True, False): 350, (False, True): 250, (False, False): 100}
"""Peak on disk in percent of maxmemory, by (append-only file, snapshots): old base, increments, new base, snapshot and
the temporary one; without either, a full copy from the master may still be spooled."""


def needed_volume_bytes(profile: Profile) -> int:
    """What persistence writes at its peak, with the volume's own margin."""
    persistence = (profile.redis.aof.enabled, bool(profile.redis.rdb.save))
    return profile.redis.maxmemory.bytes * DISK_PERCENT[persistence] // 100 + DISK_MARGIN_BYTES


class Part(NamedTuple):
    """A part of a budget, in bytes."""

    name: str
    bytes: int


def memory_parts(profile: Profile) -> tuple[Part, ...]:
    """What the memory limit is for; together ``needed_limit_bytes``."""
    data = profile.redis.maxmemory.bytes
    copied = needed_limit_bytes(profile) - data - buffer_bytes(profile) - PROCESS_BYTES
    return (
        Part("data (maxmemory)", data),
        Part("copied while a child saves", copied),
        Part("replication buffers", buffer_bytes(profile)),
        Part("the process itself", PROCESS_BYTES),
    )


def disk_parts(profile: Profile) -> tuple[Part, ...]:
    """What the volume is for at its peak; together ``needed_volume_bytes``."""
    files = needed_volume_bytes(profile) - DISK_MARGIN_BYTES
    return (Part("files of persistence at their peak", files), Part("margin", DISK_MARGIN_BYTES))
