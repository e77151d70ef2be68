"""Files: whether they can be written, and how much space is left for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.features.alerts.dashboards.panel import OK_FAILED, Query, Row, graph, timeline

if TYPE_CHECKING:
    from redismanifests.features.alerts.dashboards.panel import Panel
    from redismanifests.features.alerts.facts import Facts


def row(facts: Facts) -> Row:
    """Only files that the deployment keeps."""
    return Row("Files and disk", (*_log(facts), *_snapshots(facts), *_volumes(facts)))


def _log(facts: Facts) -> tuple[Panel, ...]:
    if not facts.keeps_log:
        return ()
    late = facts.redis("redis_aof_delayed_fsync")
    return (
        timeline(
            "Append-only file: last write",
            "Failed: the Redis refuses writes (MISCONF). RedisAppendFileFails.",
            Query(f"min by (pod) ({facts.redis('redis_aof_last_write_status')})"),
            states=OK_FAILED,
        ),
        timeline(
            "Append-only file: last rewrite",
            "Failed: the file grows until the volume is full.",
            Query(f"min by (pod) ({facts.redis('redis_aof_last_bgrewrite_status')})"),
            states=OK_FAILED,
        ),
        graph(
            "Size of the append-only file",
            "It falls with each rewrite.",
            Query(f"max by (pod) ({facts.redis('redis_aof_current_size_bytes')})"),
            unit="bytes",
        ),
        graph(
            "Late fsyncs per second",
            "The disk is too slow: writes waited for it.",
            Query(f"max by (pod) (rate({late}[$__rate_interval]))"),
            unit="ops",
        ),
    )


def _snapshots(facts: Facts) -> tuple[Panel, ...]:
    if not facts.keeps_snapshots:
        return ()
    saved = f"max by (pod) ({facts.redis('redis_rdb_last_save_timestamp_seconds')})"
    return (
        graph(
            "Since the last snapshot",
            "Or since the start, where none was made. A replica that copied everything has a new one.",
            Query(f"time() - {saved}"),
            unit="s",
        ),
        timeline(
            "Last snapshot",
            "Failed: a master refuses writes (MISCONF). RedisSnapshotFails.",
            Query(f"min by (pod) ({facts.redis('redis_rdb_last_bgsave_status')})"),
            states=OK_FAILED,
        ),
    )


def _volumes(facts: Facts) -> tuple[Panel, ...]:
    if not facts.claims:
        return ()
    by = "max by (persistentvolumeclaim)"
    free = facts.volumes("kubelet_volume_stats_available_bytes")
    size = facts.volumes("kubelet_volume_stats_capacity_bytes")
    return (
        graph(
            "Free space of each volume",
            "From the kubelet: Prometheus must scrape it.",
            Query(f"{by} ({free}) / {by} ({size})", "{{persistentvolumeclaim}}"),
            unit="percentunit",
        ),
    )
