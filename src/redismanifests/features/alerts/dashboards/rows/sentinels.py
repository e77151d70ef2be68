"""Sentinels: what each of them sees, and whether it trusts its clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.features.alerts.dashboards.panel import OK_FAILED, Query, Row, State, graph, timeline

if TYPE_CHECKING:
    from redismanifests.features.alerts.facts import Facts

TILT = (State(0, "no", "green"), State(1, "TILT", "orange"))
VIEW = (State(1, "ok", "green"), State(0, "down", "red"))


def row(facts: Facts) -> Row:
    """TILT first: in it a Sentinel goes on reporting what it saw before."""

    def each(metric: str, operation: str = "max") -> Query:
        return Query(f"{operation} by (pod) ({facts.sentinel(metric)})")

    def all_of(operation: str, metric: str, legend: str) -> Query:
        return Query(f"{operation}({facts.sentinel(metric)})", legend)

    return Row(
        "Sentinels",
        (
            timeline(
                "TILT",
                "A Sentinel that stalled, or whose clock jumped, does nothing for 30 s, and what it reports is old.",
                each("redis_sentinel_tilt"),
                states=TILT,
            ),
            timeline(
                "Master, as each Sentinel sees it",
                "Down: it does not answer this Sentinel.",
                each("redis_sentinel_master_status"),
                states=VIEW,
            ),
            timeline(
                "Quorum, as each Sentinel sees it",
                "SENTINEL CKQUORUM: it counts Sentinels, and no replicas.",
                each("redis_sentinel_master_ckquorum_status", "min"),
                states=OK_FAILED,
            ),
            graph(
                "Sentinels that they know",
                f"There are {facts.sentinels}, and a failover needs {facts.votes}. The lowest number of any Sentinel.",
                all_of("min", "redis_sentinel_master_sentinels", "known"),
                all_of("min", "redis_sentinel_master_ok_sentinels", "healthy"),
                width=6,
                height=6,
            ),
            graph(
                "Replicas that they know",
                f"There are {facts.replicas - 1}. Known: the highest number of any Sentinel; more are phantoms. "
                "Could be promoted: the lowest number of any Sentinel; at 0 no failover is possible.",
                all_of("max", "redis_sentinel_master_slaves", "known"),
                all_of("min", "redis_sentinel_master_ok_slaves", "could be promoted"),
                width=6,
                height=6,
            ),
        ),
    )
