"""Writes: whether the deployment takes them, and what refuses them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.features.alerts.dashboards.panel import YES_NO, Panel, Query, Row, graph, number, timeline
from redismanifests.features.alerts.facts import REFUSALS
from redismanifests.features.alerts.writable import writable

if TYPE_CHECKING:
    from redismanifests.features.alerts.facts import Facts


def row(facts: Facts) -> Row:
    """Yes or no, since when, and why not."""
    # Where Prometheus does not load the rules, what they would record is computed here.
    able = Query(f"max({facts.writable})\nor {writable(facts)}", "takes writes")
    # Seconds, not a share of the range: what was not there yet was not without writes.
    lost = f"count_over_time({facts.writable}[$__range]) - sum_over_time({facts.writable}[$__range])"
    refused = facts.redis("redis_errors_total", f'err=~"{REFUSALS}"')
    rate = f"sum by (err) (max by (pod, err) (rate({refused}[$__rate_interval])))"
    return Row(
        "Takes writes",
        (
            Panel(
                title="Takes writes",
                about="Yes: exactly one master, with enough good replicas, that can write its files and has memory. "
                "The numbers in it are those of the profile that this dashboard was rendered from.",
                kind="stat",
                queries=(able,),
                states=YES_NO,
                width=6,
                height=6,
            ),
            number(
                "Without writes in this time range",
                "Time without writes, from the recorded series alone; `monitoring.budget` is for 30 days.",
                Query(f"max({lost}) * {facts.interval_s:g}", "without writes"),
                unit="s",
                height=6,
            ),
            timeline("Takes writes, over time", "When it did not.", able, states=YES_NO),
            graph(
                "Refused commands per second",
                "NOREPLICAS: too few good replicas. MISCONF: a file cannot be written. OOM: maxmemory is reached. "
                "MASTERDOWN: a replica has no master. Only commands that are sent can be refused.",
                Query(f"{rate}\n{no_error(facts)}", "{{err}}"),
                unit="ops",
                width=24,
            ),
        ),
    )


def no_error(facts: Facts) -> str:
    """What is drawn where there is no error: a line at 0 with a name, which Grafana would not have for it."""
    return f'or on () label_replace(0 * sum({facts.redis("redis_up")}), "err", "none", "", "")'
