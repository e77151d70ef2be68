"""Data of dashboards: promtool asks every query over series as exporters have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from monitoring.boards import PANELS, YES, asked, each_board, filled, panel_of
from monitoring.plays import FAULT_S
from monitoring.promtool import needs_promtool, rules, verdict
from monitoring.world import STEP_S

if TYPE_CHECKING:
    from pathlib import Path

    from monitoring.world import World
    from redismanifests.features.alerts.dashboards.panel import Board


@needs_promtool
@each_board
def test_every_query_returns_data_in_health(board: Board, tmp_path: Path) -> None:
    questions = [
        (f"count({filled(query.expression)}) > bool 0", FAULT_S, YES)
        for panel in board.panels()
        for query in panel.queries
    ]
    assert verdict(tmp_path, rules(), asked(*questions)) == ""


@needs_promtool
def test_master_for_counts_from_the_failover(tmp_path: Path) -> None:
    def failover(world: World) -> None:
        world.masters = [0] if world.now < FAULT_S else [1]
        world.epoch = 3 if world.now < FAULT_S else 4

    since, roles, count = (
        filled(panel_of(title).queries[0].expression)
        for title in ("Master for", "Role of each Redis", "Failovers in this time range")
    )
    # It is looked back every 30 s, so it may count as much too long.
    case = asked(
        (since, FAULT_S - STEP_S, [{"labels": '{pod="redis-0"}', "value": FAULT_S - STEP_S}]),
        (since, FAULT_S + 300, [{"labels": '{pod="redis-1"}', "value": 330}]),
        (
            roles,
            FAULT_S + 300,
            [{"labels": f'{{pod="redis-{n}"}}', "value": value} for n, value in enumerate((0, 1, 0))],
        ),
        (count, FAULT_S + 300, YES),
        play=failover,
    )
    assert verdict(tmp_path, rules(), case) == ""


@needs_promtool
def test_a_server_that_is_down_is_seen_in_every_first_panel(tmp_path: Path) -> None:
    def killed(world: World) -> None:
        world.down = {"redis-0"} if world.now >= FAULT_S else set()

    at = FAULT_S + 60
    roles, masters, writes, lost = (
        filled(panel_of(title).queries[0].expression)
        for title in ("Role of each Redis", "Masters", "Takes writes", "Without writes in this time range")
    )
    no = [{"labels": "{}", "value": 0}]
    down = [{"labels": f'{{pod="redis-{n}"}}', "value": value} for n, value in enumerate((-1, 0, 0))]
    share = f"({lost}) > bool 0"
    case = asked((roles, at, down), (masters, at, no), (writes, at, no), (share, at, YES), play=killed)
    assert verdict(tmp_path, rules(), case) == ""
    # A Prometheus that does not load the rules shows the same.
    alone = asked((writes, FAULT_S - STEP_S, YES), (writes, at, no), play=killed)
    assert verdict(tmp_path, {"groups": []}, alone) == ""


@needs_promtool
@pytest.mark.parametrize("exported", [True, False])
def test_of_backups_a_failed_drill_is_seen_and_an_old_backup(exported: bool, tmp_path: Path) -> None:
    def broken(world: World) -> None:
        world.cronjob_age_s, world.exported_namespace = 90000, exported
        if world.now >= FAULT_S:
            world.backup_age_s = 7200
            world.drill_age_s, world.drill_failed_ago_s = 3600, world.now - FAULT_S

    runs = {each.legend: filled(each.expression) for each in panel_of("Last run of each").queries}
    since, drilled = (
        filled(panel_of(title).queries[0].expression)
        for title in ("Since the last backup", "Since the last restore drill")
    )
    at = FAULT_S + 60
    case = asked(
        *((query, FAULT_S - STEP_S, YES) for query in runs.values()),
        (runs["backup"], at, YES),
        (runs["restore drill"], at, [{"labels": "{}", "value": 0}]),
        (runs["segments"], at, YES),
        (since, at, [{"labels": "{}", "value": 7200}]),
        (drilled, at, [{"labels": "{}", "value": 3600}]),
        play=broken,
    )
    assert verdict(tmp_path, rules(), case) == ""


@needs_promtool
def test_the_fleet_has_one_line_a_deployment(tmp_path: Path) -> None:
    (panel,) = [each for kind, each in PANELS if kind == "fleet-dashboard" and each.kind == "table"]
    one = '{deployment="redis", namespace="shop"}'
    found = {
        query.legend: (f"round({filled(query.expression)}, 0.01)", FAULT_S, [{"labels": one, "value": value}])
        for query, value in zip(panel.queries, (1, 1, 0, 2, 0, 0.5, 0.05, 0, 1, 0, 1, 1, 60), strict=True)
    }
    # Where several are chosen, Grafana writes them as alternatives.
    several = [(ask.replace('~"redis', '~"(other|redis)'), at, what) for ask, at, what in found.values()]
    assert verdict(tmp_path, rules(), asked(*found.values(), *several)) == ""
