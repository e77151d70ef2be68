"""A rendered deployment survives on real nodes what the rehearsal says that it does."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from endtoend.measured import Measured, measure
from endtoend.scenario import SCENARIOS

if TYPE_CHECKING:
    from endtoend.application import Application
    from endtoend.deployed import Deployed
    from endtoend.scenario import Scenario
    from threenodes.cluster import Cluster

pytestmark = [pytest.mark.slow, pytest.mark.cluster]

REPEATS = int(os.environ.get("REPEATS", "1"))
RESULTS = os.environ.get("RESULTS")
"""A file to which every repeat is added, a line each; tools/make_cluster_table.py makes the table of it."""


def note(result: Measured) -> None:
    if RESULTS:
        with Path(RESULTS).open("a") as results:
            results.write(json.dumps(result.as_json()) + "\n")


@pytest.mark.parametrize("repeat", range(REPEATS))
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_a_deployment_survives(
    scenario: Scenario,
    repeat: int,
    whole: Deployed,
    application: Application,
    cluster: Cluster,
    tmp_path: Path,
) -> None:
    result = measure(scenario, whole, cluster, application, tmp_path)
    note(result)
    assert not result.faults(scenario), f"{result}\n{whole.account()}"
