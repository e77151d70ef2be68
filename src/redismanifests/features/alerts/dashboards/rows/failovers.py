"""Failovers: how many there were, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.features.alerts.dashboards.panel import Query, Row, graph, number

if TYPE_CHECKING:
    from redismanifests.features.alerts.facts import Facts


def row(facts: Facts) -> Row:
    """From the Sentinels, which decide them."""
    epoch = facts.sentinel("redis_sentinel_master_config_epoch")
    named = facts.sentinel("redis_sentinel_master_status")
    return Row(
        "Failovers",
        (
            number(
                "Failovers in this time range",
                "Hand-overs of a rollout are failovers as well; an election that failed may count.",
                Query(
                    f"max(max_over_time({epoch}[$__range])) - min(min_over_time({epoch}[$__range]))",
                    "failovers",
                ),
                width=8,
                height=7,
            ),
            graph(
                "Sentinels that name each master",
                "All name the same one, but for seconds of a failover. Longer: RedisSentinelsDisagree.",
                Query(
                    f"count by (master_address) (max by (pod, master_address) ({named}))",
                    "{{master_address}}",
                ),
            ),
            graph(
                "Epoch of each Sentinel",
                "Each step is a failover. A Sentinel that stays below has not heard of it.",
                Query(f"max by (pod) ({epoch})"),
            ),
        ),
    )
