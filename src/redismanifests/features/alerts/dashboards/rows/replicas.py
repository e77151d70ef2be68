"""Replicas: how many, how far behind, and whether they are connected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.features.alerts.dashboards.panel import (
    OK_FAILED,
    Query,
    Row,
    Step,
    graph,
    timeline,
)

if TYPE_CHECKING:
    from redismanifests.features.alerts.facts import Facts


def row(facts: Facts) -> Row:
    """What the master reports of its replicas, and they of themselves."""
    by = "max by (pod, slave_ip, slave_port)"
    lag = f"{by} ({facts.redis('redis_connected_slave_lag_seconds')})"
    sent = f"max by (pod) ({facts.redis('redis_master_repl_offset')})"
    received = f"{by} ({facts.redis('redis_connected_slave_offset_bytes')})"
    good = f"count by (pod) ({lag} <= {facts.max_lag_s})"
    needed = f"With fewer than {facts.min_replicas} good ones the master refuses writes."
    if not facts.min_replicas:
        needed = "The master needs none for a write."
    return Row(
        "Replicas and lag",
        (
            graph(
                "Replicas of the master",
                f"Connected, and good: within {facts.max_lag_s} s. {needed}",
                Query(
                    f"max by (pod) ({facts.redis('redis_connected_slaves')})\nand on (pod) {facts.masters()}",
                    "{{pod}}: connected",
                ),
                Query(f"{good}\nand on (pod) {facts.masters()}", "{{pod}}: good"),
            ),
            graph(
                "Lag",
                "Time since each replica last confirmed what it has, as the master reports it.",
                Query(lag, "{{slave_ip}}"),
                unit="s",
                steps=(Step(facts.max_lag_s, "red"),),
            ),
            graph(
                "Bytes behind",
                "What the master has written and each replica has not confirmed: lost if the master dies now.",
                Query(f"{sent}\n- on (pod) group_right {received}", "{{slave_ip}}"),
                unit="bytes",
            ),
            timeline(
                "Link to the master",
                "As each replica reports it; a master has none.",
                Query(f"max by (pod) ({facts.redis('redis_master_link_up')})"),
                states=OK_FAILED,
            ),
            graph(
                "Copies that began",
                "A replica that was away copies everything (full), or only what it missed (partial).",
                *(
                    Query(f"sum(max by (pod) (increase({facts.redis(name)}[$__rate_interval])))", legend)
                    for name, legend in (
                        ("redis_replica_resyncs_full", "full"),
                        ("redis_replica_partial_resync_accepted", "partial"),
                        ("redis_replica_partial_resync_denied", "partial refused"),
                    )
                ),
                width=12,
            ),
        ),
    )
