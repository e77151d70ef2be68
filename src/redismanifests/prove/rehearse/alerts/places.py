"""Places: the panels of a dashboard with what Prometheus is asked for each, and how the answer looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.features.alerts.dashboards.panel import Row
from redismanifests.features.alerts.dashboards.query import filled
from redismanifests.prove.rehearse.alerts.shown import Looks, Place, Question

if TYPE_CHECKING:
    from redismanifests.features.alerts.dashboards.panel import Board, Panel, Query


def places(board: Board, namespace: str, deployment: str, interval_s: float) -> tuple[Place, ...]:
    """Everything on a board, from top to bottom, for one deployment."""
    return tuple(
        Place(each.title, "row", grid, Looks("", (), ()))
        if isinstance(each, Row)
        else Place(
            each.title,
            each.kind,
            grid,
            _looks(each),
            names=each.names,
            questions=tuple(
                Question(
                    filled(query.expression, namespace, deployment, interval_s), query.legend, _looks(query)
                )
                for query in each.queries
            ),
        )
        for each, grid in board.placed()
    )


def _looks(owner: Panel | Query) -> Looks:
    return Looks(
        owner.unit,
        tuple((state.value, state.text, state.color) for state in owner.states),
        tuple((step.value, step.color) for step in owner.steps),
    )
