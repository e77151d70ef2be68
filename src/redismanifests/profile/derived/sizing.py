"""Redis sizing: memory, buffers and grace period that follow from the memory limit.

The arithmetic of docs/design.md (memory), apart from the settings so that it can be read and tested alone.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from redismanifests.core.named import NamedTuple
from redismanifests.core.setting import with_value
from redismanifests.core.values.duration import Duration
from redismanifests.core.values.quantity import Quantity
from redismanifests.profile.formulas.startup import HANDOVER_SECONDS

if TYPE_CHECKING:
    from redismanifests.profile.model import Profile

MIB = 1 << 20
UNLIMITED_MIB = 1 << 40
"""Above every limit that makes sense."""

PROCESS_BYTES = 64 * MIB
"""Code, allocator and the exec probes' processes (about 5 MiB each), beside data and buffers."""
FENCE_BYTES = 2 * MIB
FENCE_CONNECTION_BYTES = 2 * MIB
"""The fence beside each server has a client open to its own server and to each Sentinel. With three Sentinels it is 22
processes, and the container is charged 7.9 MiB less without it (docs/design.md, Memory)."""

BASE_BYTES = 3 * MIB
"""What a server without keys has inside maxmemory beside its backlog: 0.8 to 1.3 MiB with two replicas, measured with
Redis 6.2 to 8.6 and Valkey 8.0 to 9.1, and up to 20 kB a client (docs/design.md, Memory)."""

LEAST_DATA_SHARE = 10
"""A tenth of maxmemory for data, or nothing useful is left."""

MIN_BACKLOG_BYTES = 32 * MIB
SMALLEST_BACKLOG_BYTES = 12 * MIB
"""Where memory is small: a failover's ten seconds at 1 MiB of writes a second (RM052)."""
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
    """A sixteenth of the memory limit and at least 32 MiB; where that is much of what holds data, less.

    At most a quarter of a maxmemory that is written, or an eighth of the limit.
    """
    limit = profile.redis.resources.limits.memory.bytes
    # 0 means no bound, and a rule refuses it.
    written = "maxmemory" in profile.redis.model_fields_set and profile.redis.maxmemory.bytes > 0
    share = profile.redis.maxmemory.bytes // 4 if written else limit // 8
    wanted = max(MIN_BACKLOG_BYTES, limit // 16)
    return _whole_mebibytes(max(SMALLEST_BACKLOG_BYTES, min(wanted, share)))


def output_buffer(profile: Profile) -> Quantity:
    """An eighth of the memory limit, at least 64 MiB, never less than the backlog."""
    eighth = profile.redis.resources.limits.memory.bytes // 8
    return _whole_mebibytes(max(MIN_OUTPUT_BUFFER_BYTES, eighth, profile.redis.repl_backlog_size.bytes))


def maxmemory(profile: Profile) -> Quantity:
    """What the limit leaves for data and backlog, in whole MiB; 1 MiB where it leaves nothing (a rule says so)."""
    left = profile.redis.resources.limits.memory.bytes - processes_bytes(profile) - beyond_bytes(profile)
    return _whole_mebibytes(max(MIB, left * 100 // (100 + copy_percent(profile))))


def data_bytes(profile: Profile) -> int:
    """What maxmemory leaves for keys: every engine counts the backlog and itself in it."""
    inside = profile.redis.repl_backlog_size.bytes + BASE_BYTES
    return max(0, profile.redis.maxmemory.bytes - inside)


def needed_limit_bytes(profile: Profile) -> int:
    """The memory limit that ``maxmemory`` asks for; what is in it is all copied alike while a child saves."""
    most = profile.redis.maxmemory.bytes
    return most * (100 + copy_percent(profile)) // 100 + beyond_bytes(profile) + processes_bytes(profile)


def fits(profile: Profile) -> bool:
    """Whether all that ``maxmemory`` asks for is within the memory limit."""
    return needed_limit_bytes(profile) <= profile.redis.resources.limits.memory.bytes


def leaves_data(profile: Profile) -> bool:
    """Whether a useful part of ``maxmemory`` is left for keys."""
    return data_bytes(profile) * LEAST_DATA_SHARE >= profile.redis.maxmemory.bytes


def fitting_maxmemory(profile: Profile) -> Quantity | None:
    """The largest maxmemory that, once it is written, fits into the memory limit and leaves memory for data.

    In whole MiB; None where the limit is too small for any. What is written changes the computed backlog.
    """
    limit = profile.redis.resources.limits.memory.bytes // MIB
    most = bisect_left(range(1, limit + 1), True, key=lambda m: not fits(_with_maxmemory(profile, m)))
    useful = most and leaves_data(_with_maxmemory(profile, most))
    return Quantity.parse(f"{most}Mi") if useful else None


def fitting_limit(profile: Profile) -> Quantity:
    """The smallest memory limit, in whole MiB and not below the present one, in which ``maxmemory`` fits.

    Where maxmemory is computed it follows the limit, and is useful as well.
    """

    def enough(mebibytes_: int) -> bool:
        tried = _with_limit(profile, mebibytes_)
        useful = "maxmemory" in profile.redis.model_fields_set or leaves_data(tried)
        return useful and fits(tried)

    least = -(-profile.redis.resources.limits.memory.bytes // MIB)
    return Quantity.parse(f"{least + bisect_left(range(least, UNLIMITED_MIB), True, key=enough)}Mi")


def _with_maxmemory(profile: Profile, mebibytes_: int) -> Profile:
    """``profile`` as if this were written in it."""
    # model_copy counts as written what it updates.
    redis = profile.redis.model_copy(update={"maxmemory": Quantity.parse(f"{mebibytes_}Mi")})
    return _computed_again(with_value(profile, ("redis",), redis))


def _with_limit(profile: Profile, mebibytes_: int) -> Profile:
    limit = Quantity.parse(f"{mebibytes_}Mi")
    return _computed_again(with_value(profile, ("redis", "resources", "limits", "memory"), limit))


def _computed_again(profile: Profile) -> Profile:
    for name, decide in (
        ("repl_backlog_size", backlog),
        ("replica_output_buffer", output_buffer),
        ("maxmemory", maxmemory),
    ):
        if name not in profile.redis.model_fields_set:
            profile = with_value(profile, ("redis", name), decide(profile))
    return profile


def replica_buffer_bytes(profile: Profile) -> int:
    """What replication may hold: from 7.0 on backlog and output buffers of replicas are one."""
    return max(profile.redis.repl_backlog_size.bytes, profile.redis.replica_output_buffer.bytes)


def beyond_bytes(profile: Profile) -> int:
    """Of that what no maxmemory counts: what a slow replica has not read and the backlog does not hold
    (mem_not_counted_for_evict).
    """
    return replica_buffer_bytes(profile) - profile.redis.repl_backlog_size.bytes


def fence_bytes(profile: Profile) -> int:
    """What the fence takes of the memory limit (redis-fence.sh)."""
    return FENCE_BYTES + FENCE_CONNECTION_BYTES * (1 + profile.sentinel.replicas)


def processes_bytes(profile: Profile) -> int:
    """What all processes of the container take beside data and buffers."""
    return PROCESS_BYTES + fence_bytes(profile)


def copy_percent(profile: Profile) -> int:
    """Copy-on-write to reckon with, in percent of the data."""
    persistent = profile.redis.aof.enabled or profile.redis.rdb.save
    return COPY_PERCENT_PERSISTENT if persistent else COPY_PERCENT_VOLATILE


def shutdown_seconds(profile: Profile) -> int:
    """The longest that hand-over, shutdown and, where a snapshot is written at exit, the save may take."""
    saves = bool(profile.redis.rdb.save) and not profile.redis.aof.enabled
    save_seconds = -(-data_bytes(profile) // SAVE_BYTES_PER_SECOND) if saves else 0
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
"""Peak on disk in percent of the data, by (append-only file, snapshots): old base, increments, new base, snapshot and
the temporary one; without either, a full copy from the master may still be spooled."""


def needed_volume_bytes(profile: Profile) -> int:
    """What persistence writes at its peak, with the volume's own margin."""
    persistence = (profile.redis.aof.enabled, bool(profile.redis.rdb.save))
    return data_bytes(profile) * DISK_PERCENT[persistence] // 100 + DISK_MARGIN_BYTES


class Part(NamedTuple):
    """A part of a budget, in bytes."""

    name: str
    bytes: int


def memory_parts(profile: Profile) -> tuple[Part, ...]:
    """What the memory limit is for; together ``needed_limit_bytes``."""
    data, most = data_bytes(profile), profile.redis.maxmemory.bytes
    backlog_ = min(profile.redis.repl_backlog_size.bytes, most)
    copied = needed_limit_bytes(profile) - most - beyond_bytes(profile) - processes_bytes(profile)
    return (
        Part("data (in maxmemory)", data),
        Part("replication backlog (in maxmemory)", backlog_),
        Part("the server itself (in maxmemory)", most - data - backlog_),
        Part("copied while a child saves", copied),
        Part("replicas that lag beyond the backlog", beyond_bytes(profile)),
        Part("the process itself", PROCESS_BYTES),
        Part("the fence beside it", fence_bytes(profile)),
    )


def disk_parts(profile: Profile) -> tuple[Part, ...]:
    """What the volume is for at its peak; together ``needed_volume_bytes``."""
    files = needed_volume_bytes(profile) - DISK_MARGIN_BYTES
    return (Part("files of persistence at their peak", files), Part("margin", DISK_MARGIN_BYTES))
