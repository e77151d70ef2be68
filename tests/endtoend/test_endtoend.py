"""A rendered deployment survives on real nodes what the rehearsal says that it does."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from endtoend.application import Application
from endtoend.measured import AT_REST, FIRST_APPLY, Measured, measure, note, wait_until_whole
from endtoend.scenario import SCENARIOS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from endtoend.combination import Combination
    from endtoend.deployed import Deployed
    from endtoend.ground import Ground
    from endtoend.scenario import Scenario

pytestmark = [pytest.mark.slow, pytest.mark.cluster]

REPEATS = int(os.environ.get("REPEATS", "1"))
FIRST_APPLY_S = 60
RESTORED_S = 75.0
"""Two looks of the probe that cures, and the pause between two cures."""
REST_S = 30.0
SHARE_AT_REST = 0.05
TICKS_PER_S = 100
"""USER_HZ, in which /proc counts on every Linux for processors of today."""


@pytest.mark.parametrize("repeat", range(REPEATS))
def test_what_is_applied_to_an_empty_namespace_is_whole_in_time(
    repeat: int,
    deploy: Callable[..., Deployed],
    kept: list[Deployed],
    combination: Combination,
    ground: Ground,
    versions: str,
) -> None:
    deployed = deploy()
    application = Application(deployed, ground.application_image)
    application.start()
    wrong = wait_until_whole(deployed, application)
    took = time.time() - deployed.applied_at
    application.remove()
    note(
        Measured(
            deployment=combination.name,
            scenario=FIRST_APPLY,
            whole_s=round(took, 1),
            bound_s=FIRST_APPLY_S,
            problems=tuple(wrong),
            load=round(os.getloadavg()[0], 1),
            versions=versions,
        )
    )
    assert not wrong, f"{wrong}\n{deployed.account()}"
    assert took < FIRST_APPLY_S
    kept[:] = [deployed]


@pytest.mark.parametrize("repeat", range(REPEATS))
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_a_deployment_survives(
    scenario: Scenario,
    repeat: int,
    combination: Combination,
    whole: Deployed,
    application: Application,
    ground: Ground,
    tmp_path: Path,
    versions: str,
) -> None:
    if scenario.our_nodes and ground.cluster is None:
        pytest.skip("a hand on a node is needed, and these nodes are not ours")
    result = measure(scenario, combination, whole, ground, application, tmp_path, versions)
    note(result)
    wrong = result.faults(scenario) if combination.judged else result.untold()
    assert not wrong, f"{wrong}\n{result}\n{whole.account()}"


def test_no_sentinel_works_at_rest(
    combination: Combination, whole: Deployed, application: Application, versions: str
) -> None:
    """Last, on a deployment that has been through all of it: a link that spins is cured within a minute."""
    assert wait_until_whole(whole, application) == []
    time.sleep(RESTORED_S)
    shares = shares_of_a_core(whole, REST_S)
    note(
        Measured(
            deployment=combination.name,
            scenario=AT_REST,
            whole_s=REST_S,
            problems=(),
            load=round(os.getloadavg()[0], 1),
            versions=versions,
            busiest=round(max(shares.values()), 4),
        )
    )
    assert max(shares.values()) < SHARE_AT_REST, shares


def shares_of_a_core(deployed: Deployed, seconds: float) -> dict[str, float]:
    """How much of a core each Sentinel used in that time."""
    before = {pod: worked_s(deployed, pod) for pod in deployed.members("sentinel")}
    began = time.monotonic()
    time.sleep(seconds)
    return {pod: (worked_s(deployed, pod) - s) / (time.monotonic() - began) for pod, s in before.items()}


def worked_s(deployed: Deployed, pod: str) -> float:
    """The processor time of a Sentinel until now; it is the first process of its container."""
    stat = deployed("exec", pod, "-c", "sentinel", "--", "cat", "/proc/1/stat").output
    user, system = stat.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / TICKS_PER_S
