"""Strain: conditions that work now, and that an alert would fire for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from redismanifests.core.values.quantity import Quantity
from redismanifests.prove.checks.live_pods import containers, live_pods
from redismanifests.prove.checks.probe import probe
from redismanifests.prove.checks.remedy import Remedy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from redismanifests.prove.checks.look import Look

Fields = Mapping[str, str]

FRAGMENTED, WORTH_BYTES = 1.5, 64 << 20
"""Resident against used memory. Below 64 MiB the process itself is most of it (Redis documentation, INFO)."""
FULL_PERCENT = 90
FORK_LIMIT_S, CLIENTS_PERCENT, SILENT_LIMIT_S = 1.0, 80, 10


@probe(
    "PB190",
    remedy=Remedy(
        "Find the cause of the slow replica, or raise the backlog.",
        "kubectl -n NAMESPACE top pods -l app.kubernetes.io/instance=DEPLOYMENT --containers",
    ),
)
async def replicas_are_close(look: Look) -> AsyncIterator[str]:
    """No replica is further behind than the master's backlog: else a broken link costs a full copy."""
    fields = ("role", "slave*", "master_repl_offset", "repl_backlog_size")
    for pod, told in (await look.every_info(*fields)).items():
        if told["role"] != "master":
            continue
        offset, backlog = int(told.get("master_repl_offset", "0")), int(told.get("repl_backlog_size", "0"))
        for name, value in told.items():
            parts = dict(part.partition("=")[::2] for part in value.split(","))
            if name.removeprefix("slave").isdigit() and offset - int(parts.get("offset", offset)) > backlog:
                behind = offset - int(parts["offset"])
                yield f"{pod}: its replica {parts.get('ip')} is {behind} bytes behind, and the backlog has {backlog}"


@probe(
    "PB191",
    remedy=Remedy(
        "Let Redis defragment (activedefrag), or restart it after a hand-over. Raise the limit if the data grew.",
        "kubectl -n NAMESPACE exec DEPLOYMENT-0 -c redis -- redis-cli memory doctor",
    ),
)
async def memory_is_in_hand(look: Look) -> AsyncIterator[str]:
    """No Redis uses more than 90 % of its container's memory, or more than 1.5 times the memory of its data."""
    live = await live_pods(look)
    for pod, told in (
        await look.every_info("used_memory", "used_memory_rss", "mem_fragmentation_ratio")
    ).items():
        resident, used = int(told.get("used_memory_rss", "0")), int(told.get("used_memory", "0"))
        spec = containers(live[pod]["spec"]).get(look.desired.redis.container, {}) if pod in live else {}
        limit = ((spec.get("resources") or {}).get("limits") or {}).get("memory")
        if limit and resident * 100 > Quantity.parse(str(limit)).bytes * FULL_PERCENT:
            yield f"{pod} uses {resident >> 20} MiB of the {limit} that its container may have"
        if used > WORTH_BYTES and resident > used * FRAGMENTED:
            yield f"{pod} uses {resident >> 20} MiB for {used >> 20} MiB of data: its memory is fragmented"


class Condition(NamedTuple):
    """A condition that an alert would fire for if it stayed."""

    name: str
    holds: Callable[[Fields], bool]
    value: Callable[[Fields], str]


def _number(fields: Fields, name: str) -> float:
    return float(fields.get(name) or 0)


CONDITIONS = (
    Condition("loading its data", lambda f: f.get("loading") == "1", lambda f: f.get("loading", "0")),
    Condition(
        "the last fork took over a second, in which no client was answered",
        lambda f: _number(f, "latest_fork_usec") > FORK_LIMIT_S * 1e6,
        lambda f: f"{_number(f, 'latest_fork_usec') / 1e6:.3f} s",
    ),
    Condition(
        "over 80 % of its client connections are in use",
        lambda f: _number(f, "connected_clients") * 100 > _number(f, "maxclients") * CLIENTS_PERCENT > 0,
        lambda f: f"{f.get('connected_clients', '?')} of {f.get('maxclients', '?')}",
    ),
    Condition(
        "a background save is stuck: over an hour",
        lambda f: (
            _number(f, "rdb_current_bgsave_time_sec") > 3600
            or _number(f, "aof_current_rewrite_time_sec") > 3600
        ),
        lambda f: (
            f"{f.get('rdb_current_bgsave_time_sec', '-1')} s, {f.get('aof_current_rewrite_time_sec', '-1')} s"
        ),
    ),
    Condition(
        "its master has been silent for over 10 s",
        lambda f: _number(f, "master_last_io_seconds_ago") > SILENT_LIMIT_S,
        lambda f: f.get("master_last_io_seconds_ago", "-"),
    ),
    Condition(
        "a full copy from the master is in progress",
        lambda f: f.get("master_sync_in_progress") == "1",
        lambda f: f.get("master_sync_in_progress", "0"),
    ),
)
_TOLD = (
    "rejected_connections",
    "evicted_keys",
    "expired_keys",
    "aof_delayed_fsync",
    "sync_full",
    "instantaneous_ops_per_sec",
)
_FIELDS = (
    "loading", "latest_fork_usec", "connected_clients", "maxclients", "rdb_current_bgsave_time_sec",
    "aof_current_rewrite_time_sec", "master_last_io_seconds_ago", "master_sync_in_progress",
)  # fmt: skip


@probe(
    "PB192",
    remedy=Remedy(
        "Check again in a minute: an alert would fire for what stays.",
        "redismanifests verify PROFILE --select PB192",
    ),
)
async def nobody_would_be_woken(look: Look) -> AsyncIterator[str]:
    """No condition would fire an alert if it stayed: loading, long forks, too many clients, a silent master."""
    for pod, told in (await look.every_info(*_FIELDS, *_TOLD)).items():
        values = "\n".join(f"{each.name}: {each.value(told)}" for each in CONDITIONS)
        look.note(pod, "conditions", values)
        for each in CONDITIONS:
            if each.holds(told):
                yield f"{pod}: {each.name} ({each.value(told)})"
