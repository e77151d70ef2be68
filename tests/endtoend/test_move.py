"""Move: what a chart deployed is replaced under load on the nodes, by the commands of docs/moving.md."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from endtoend.move import Moved
from seldom import SELDOM

if TYPE_CHECKING:
    from endtoend.ground import Ground

TESTS = Path(__file__).parent.parent
HOSTS = {
    "redis-ha": ["--host", "old-redis-ha-announce-0.shop.svc.cluster.local"],
    "bitnami": [
        *("--host", "old-redis-node-0.old-redis-headless.shop.svc.cluster.local"),
        *("--secret", "old-redis/redis-password"),
    ],
}
"""The old master of the shape of a chart (tests/rehearse/foreign)."""
PAUSE_S = 5.0
LIMIT_S = 1500.0

pytestmark = [*SELDOM, pytest.mark.cluster]


@pytest.mark.parametrize("chart", HOSTS)
def test_a_release_is_replaced_under_load_and_no_acknowledged_write_is_lost(
    chart: str, ground: Ground, tmp_path: Path
) -> None:
    if ground.cluster is None:
        pytest.skip("images of others' names, and a kill on a node, need nodes of ours")
    file, results = TESTS / "rehearse" / "foreign" / f"{chart}.yaml", tmp_path / "moved.jsonl"
    command = [sys.executable, "-m", "endtoend.move", file, *HOSTS[chart]]
    options = ["--cluster", ground.cluster.folder, "--results", results]
    done = subprocess.run(
        [*command, *options], cwd=TESTS, capture_output=True, text=True, timeout=LIMIT_S, check=False
    )
    assert done.returncode == 0, done.stderr
    moved = Moved(**json.loads(results.read_text("utf-8")))
    print(moved)
    assert (moved.lost, moved.after_lost, moved.keys_missing) == (0, 0, 0), moved
    assert moved.roles == ["slave"], "two pods of ours were killed while they followed"
    assert moved.held_s < PAUSE_S, moved
