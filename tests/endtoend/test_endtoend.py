"""A rendered deployment survives on real nodes what the rehearsal says that it does."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from endtoend.application import Application
from endtoend.measured import Measured, measure, wait_until_whole
from endtoend.scenario import SCENARIOS

if TYPE_CHECKING:
    from collections.abc import Callable

    from endtoend.deployed import Deployed
    from endtoend.ground import Ground
    from endtoend.scenario import Scenario

pytestmark = [pytest.mark.slow, pytest.mark.cluster]

REPEATS = int(os.environ.get("REPEATS", "1"))
RESULTS = os.environ.get("RESULTS")
"""A file to which every repeat is added, a line each; endtoend/table.py makes the table of it."""
FIRST_APPLY_S = 60


def note(result: Measured) -> None:
    if RESULTS:
        with Path(RESULTS).open("a") as results:
            results.write(json.dumps(result.as_json()) + "\n")


@pytest.fixture(scope="session")
def versions(ground: Ground) -> str:
    """What all of it is, for the table."""
    if ground.cluster is None:
        return f"Kubernetes {ground.kubernetes}, a contributor's."
    places = ground.cluster.places

    def asked(root: Path, *command: str) -> str:
        return subprocess.run(
            ["chroot", root, *command], capture_output=True, text=True, check=True
        ).stdout.strip()

    inside = {
        "containerd": asked(places.node, "containerd", "--version").split()[2],
        "redis": asked(places.pods, "redis-server", "--version").split()[2].removeprefix("v="),
        "redis-py": asked(places.pods, "python3", "-c", "import redis; print(redis.__version__)"),
    }
    outside = {
        "Kubernetes": places.kubernetes.name.removeprefix("kubernetes-"),
        "CoreDNS": places.coredns.name.removeprefix("coredns-"),
        "Linux": os.uname().release,
    }
    told = ", ".join(f"{name} {version}" for name, version in (outside | inside).items())
    return f"{told}; {os.cpu_count()} cores for four nodes, control plane and application."


@pytest.mark.parametrize("repeat", range(REPEATS))
def test_what_is_applied_to_an_empty_namespace_is_whole_in_time(
    repeat: int, deploy: Callable[..., Deployed], ground: Ground, versions: str
) -> None:
    deployed = deploy()
    began = time.time()
    application = Application(deployed, ground.application_image)
    application.start()
    wrong = wait_until_whole(deployed, application)
    took = time.time() - began
    application.remove()
    note(
        Measured(
            scenario="first-apply",
            whole_s=round(took, 1),
            problems=tuple(wrong),
            load=round(os.getloadavg()[0], 1),
            versions=versions,
        )
    )
    assert not wrong, f"{wrong}\n{deployed.account()}"
    assert took < FIRST_APPLY_S


@pytest.mark.parametrize("repeat", range(REPEATS))
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_a_deployment_survives(
    scenario: Scenario,
    repeat: int,
    whole: Deployed,
    application: Application,
    ground: Ground,
    tmp_path: Path,
    versions: str,
) -> None:
    if scenario.our_nodes and ground.cluster is None:
        pytest.skip("a hand on a node is needed, and these nodes are not ours")
    result = measure(scenario, whole, ground, application, tmp_path, versions)
    note(result)
    assert not result.faults(scenario), f"{result}\n{whole.account()}"
