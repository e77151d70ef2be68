"""Move: a deployment of ours follows one of the shape of a chart, and is cut off while an application writes.

`MOVES=20 pytest -m slow tests/rehearse/test_rehearse_move.py -n 0 -s` cuts that often, and prints a line for each run;
docs/measurements/moves.md has the last results.
"""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from observe import observe

from seldom import SELDOM

CHARTS = ("bitnami", "redis-ha")
PAUSE_S = 5.0
"""The longest time that writes may be held."""
LIMIT_S = 900.0
MOVES = int(os.environ.get("MOVES", "1"))
"""Cuts: half of them from each old side."""
CUTS = [(CHARTS[number % 2], number) for number in range(MOVES)]


def _moved(name: str) -> dict[str, Any]:
    seen: dict[str, Any] = observe(name, "move_observations", LIMIT_S)
    print(json.dumps({"run": name, **seen}))
    assert seen["looked_up"], seen
    assert seen["side"] == 1
    assert seen["on_new"] > 0
    assert seen["lost"] == 0, seen
    return seen


pytestmark = SELDOM


@pytest.mark.parametrize(("chart", "number"), CUTS)
def test_a_followed_deployment_is_cut_off_and_no_write_is_lost(
    machine: None, chart: str, number: int
) -> None:
    seen = _moved(f"{chart}_cut")
    assert seen["roles"] == ["slave"], "two pods of ours were killed while they followed"
    assert seen["sentinels"] == [None, None, None], "no Sentinel runs before the cut"
    assert seen["held_s"] < PAUSE_S, seen


@pytest.mark.parametrize("chart", CHARTS)
def test_a_cut_whose_pod_is_lost_before_the_refusal_leaves_the_old_side_right(
    machine: None, chart: str
) -> None:
    seen = _moved(f"{chart}_before")
    assert seen["phases"][:2] == ["following", "following"]
    assert seen["phases"][2] in ("half cut", "broken off"), (
        "Sentinels that started already promote another pod"
    )
    assert "writes" in seen["refused"], seen


@pytest.mark.parametrize("chart", CHARTS)
@pytest.mark.parametrize("step", ["refuse", "unchanged", "unpause", "settle"])
def test_a_cut_whose_pod_is_lost_after_the_refusal_is_completed_by_the_next(
    machine: None, chart: str, step: str
) -> None:
    assert _moved(f"{chart}_{step}")["phases"][0] in ("cut", "broken off")
