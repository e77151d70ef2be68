"""Query: expressions as Grafana sends them, with a value for each of its variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.features.alerts.facts import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.features.alerts.dashboards.panel import Board

RANGE_S = 3600
"""Of the time that a dashboard opens with."""


def filled(expression: str, namespace: str, deployment: str, interval_s: float) -> str:
    """An expression of a panel, or the series of a variable, for one deployment."""
    values = {
        "$__rate_interval": f"{SAMPLES * interval_s:g}s",
        "$__range": f"{RANGE_S}s",
        "$namespace": namespace,
        "$deployment": deployment,
    }
    for name, value in values.items():
        expression = expression.replace(name, value)
    return expression


def queries(board: Board, namespace: str, deployment: str, interval_s: float) -> Iterator[tuple[str, str]]:
    """The name of each query of a board, and what Prometheus is asked."""
    for row in board.rows:
        for panel in row.panels:
            for place, query in enumerate(panel.queries, 1):
                name = f"{row.title}: {panel.title}" + (f" ({place})" if len(panel.queries) > 1 else "")
                yield name, filled(query.expression, namespace, deployment, interval_s)
