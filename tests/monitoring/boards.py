"""Boards: the dashboards of a profile to which every panel applies, and what their queries are asked over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from monitoring.promtool import EVERYTHING, facts, profile
from monitoring.world import STEP_S, World, recorded
from redismanifests.features.alerts.dashboards import query
from redismanifests.features.alerts.dashboards.index import boards

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.features.alerts.dashboards.panel import Board, Panel

SHOWN = EVERYTHING.replace("{enabled: true}\n", "{enabled: true, dashboards: {enabled: true, fleet: true}}\n")
BOARDS = boards(profile(SHOWN))
PANELS = [(kind, panel) for kind, board in BOARDS.items() for panel in board.panels()]
each_board = pytest.mark.parametrize("board", BOARDS.values(), ids=BOARDS)
each_panel = pytest.mark.parametrize(
    "panel", [panel for _, panel in PANELS], ids=[f"{kind}: {panel.title}" for kind, panel in PANELS]
)


YES = [{"labels": "{}", "value": 1}]


def selectors(board: Board) -> Iterator[str]:
    """Every query, those of the variables among them."""
    yield from (each.expression for panel in board.panels() for each in panel.queries)
    yield from (variable.series for variable in board.variables)


def filled(expression: str) -> str:
    """As Grafana sends it, for the deployment shop/redis."""
    return query.filled(expression, "shop", "redis", STEP_S)


class Seen(World):
    """What panels read and alerts do not, as exporters have it; counters grow with time."""

    def _redis(self, number: int, pod: str) -> Iterator[tuple[tuple[str, ...], float]]:
        yield from super()._redis(number, pod)
        if not self._answers(pod):
            return
        for name in (
            "redis_aof_delayed_fsync",
            "redis_commands_processed_total",
            "redis_connections_received_total",
            "redis_evicted_keys_total",
            "redis_expired_keys_total",
            "redis_rejected_connections_total",
            "redis_replica_partial_resync_accepted",
            "redis_replica_partial_resync_denied",
            "redis_uptime_in_seconds",
        ):
            yield (name,), self.now
        for name in (
            "redis_aof_current_size_bytes",
            "redis_blocked_clients",
            "redis_master_repl_offset",
            "redis_mem_clients_normal",
            "redis_mem_clients_slaves",
            "redis_mem_not_counted_for_eviction_bytes",
            "redis_repl_backlog_history_bytes",
            "redis_memory_used_dataset_bytes",
            "redis_memory_used_rss_bytes",
            "redis_rdb_last_save_timestamp_seconds",
        ):
            yield (name,), 500
        yield ("redis_commands_duration_seconds_total", 'cmd="get"'), self.now * 0.001
        yield ("redis_commands_total", 'cmd="get"'), self.now
        yield ("redis_db_keys", 'db="db0"'), 7
        if number in self.masters:
            for other in range(1, len(self.redis)):
                of = f'slave_ip="10.0.0.{other}",slave_port="6379",slave_state="online"'
                yield ("redis_connected_slave_offset_bytes", of), 400

    def _sentinel(self, number: int, pod: str) -> Iterator[tuple[tuple[str, ...], float]]:
        yield from super()._sentinel(number, pod)
        if self._answers(pod):
            own = f'master_name="mymaster",master_address="10.0.0.{self.masters[0]}:6379"'
            yield ("redis_sentinel_master_sentinels", own), 3
            yield ("redis_sentinel_master_ok_sentinels", own), 3


def asked(*questions: tuple[str, int, list[dict[str, Any]]], play: Any = lambda _: None) -> dict[str, Any]:
    """A test of promtool: what an expression gives, seconds after the beginning."""
    checks = [
        {"expr": expr, "eval_time": f"{at}s", "exp_samples": samples} for expr, at, samples in questions
    ]
    series = recorded(Seen(facts()), max(at for _, at, _ in questions), play)
    return {"interval": f"{STEP_S}s", "input_series": series, "promql_expr_test": checks}


def panel_of(title: str, kind: str = "dashboard") -> Panel:
    (found,) = {each.title: each for of, each in PANELS if of == kind and each.title == title}.values()
    return found
