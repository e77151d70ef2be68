"""Clients: how many, what they do, and what they are answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.features.alerts.dashboards.panel import Query, Row, Step, graph, number
from redismanifests.features.alerts.dashboards.rows.writes import no_error

if TYPE_CHECKING:
    from redismanifests.features.alerts.facts import Facts


def row(facts: Facts) -> Row:
    """Connections first: at the maximum the exporter is refused as well."""

    def rate(name: str, by: str = "pod") -> str:
        return f"max by ({by}) (rate({facts.redis(name)}[$__rate_interval]))"

    connected = f"max by (pod) ({facts.redis('redis_connected_clients')})"
    spent = f"sum by (pod) ({rate('redis_commands_duration_seconds_total', 'pod, cmd')})"
    calls = f"sum by (pod) ({rate('redis_commands_total', 'pod, cmd')})"
    return Row(
        "Clients",
        (
            number(
                "Connections of the maximum",
                "At 100 % every new client is refused, and the exporter with them.",
                Query(f"{connected} / max by (pod) ({facts.redis('redis_max_clients')})"),
                unit="percentunit",
                steps=(Step(0.8, "red"),),
                width=8,
                height=7,
            ),
            graph(
                "Connections",
                "Replicas are not counted. Blocked: they wait, as in BLPOP.",
                Query(connected),
                Query(f"max by (pod) ({facts.redis('redis_blocked_clients')})", "{{pod}}: blocked"),
            ),
            graph(
                "New connections per second",
                "Many of them: an application that connects for each command. Rejected: maxclients is reached.",
                Query(rate("redis_connections_received_total")),
                Query(rate("redis_rejected_connections_total"), "{{pod}}: rejected"),
                unit="ops",
            ),
            graph(
                "Commands per second",
                "Those of the master that replicas repeat are counted there as well.",
                Query(rate("redis_commands_processed_total")),
                unit="ops",
            ),
            graph(
                "Time of a command",
                "In the mean, inside Redis: without network and waiting.",
                Query(f"{spent} / ({calls} > 0)"),
                unit="s",
            ),
            graph(
                "Errors per second",
                "Answers that are errors, by their first word.",
                Query(
                    f"sum by (err) ({rate('redis_errors_total', 'pod, err')})\n{no_error(facts)}", "{{err}}"
                ),
                unit="ops",
            ),
        ),
    )
