"""Lab: what a real Kubernetes showed of the first deployment and a first lab did not, a rehearsal shows too."""

from __future__ import annotations

import pytest
from lab import objects, with_a_service_called_redis
from observe import observe

from notheld import why
from redismanifests.prove.rehearse import run
from redismanifests.prove.rehearse.asking import AT_ONCE

pytestmark = [pytest.mark.lab, pytest.mark.slow, pytest.mark.usefixtures("machine")]


def test_the_lab_as_it_was_corrected_comes_up() -> None:
    result = run(objects(), "apply", dns_ttl=5)
    assert result.held, why(result)


def test_a_service_called_redis_overwrites_the_port_of_a_script() -> None:
    result = run(with_a_service_called_redis(), "apply", dns_ttl=5)
    assert not result.held
    assert any("does not" in problem or "is not ready" in problem for problem in result.problems)


def test_the_work_of_a_rehearsal_keeps_no_sentinel_waiting() -> None:
    seen = observe("busy", "lab_observations")
    assert seen["problems"] == []
    assert seen["found"].startswith("10.244.1."), "names have answers while the loop is busy"
    # Beside those of the kubelets: readiness and liveness of six pods.
    limit = AT_ONCE + 2 * 6
    assert seen["asked"] > limit
    assert seen["at once"] <= limit
    assert seen["nobody"] == ["", 0.0]
    assert seen["away"] == "redis-0 is away, or its init containers are not over"


@pytest.mark.release
def test_a_replica_in_its_first_rewrite_refuses_to_end_and_is_killed_after_its_grace() -> None:
    seen = observe("refused", "lab_observations")
    assert seen["problems"] == []
    assert seen["refused"]
    assert seen["seconds"] > 8
    assert any("did not end within its 8 s of grace" in trouble for trouble in seen["trouble"])


@pytest.mark.release
def test_a_replica_that_is_told_to_be_forced_ends_in_its_first_rewrite() -> None:
    seen = observe("forced", "lab_observations")
    assert seen["problems"] == []
    assert seen["trouble"] == []
    assert seen["seconds"] < 8


@pytest.mark.release
def test_a_failover_is_over_soon_where_every_sentinel_resolves_the_new_master() -> None:
    seen = observe("agreed", "lab_observations")
    assert (seen["problems"], seen["wrong"]) == ([], [])


def test_a_failover_stays_wrong_where_a_sentinel_cannot_resolve_the_new_master() -> None:
    seen = observe("split", "lab_observations")
    assert seen["problems"] == []
    assert seen["unresolved"]
    assert seen["wrong"], (
        "half a minute later the Sentinels are of two minds, or made the new master a replica"
    )


@pytest.mark.release
def test_a_database_that_is_emptied_beside_the_application_is_a_loss() -> None:
    seen = observe("emptied", "lab_observations")
    assert "lost keys of before" in seen["exceeded"], seen["problems"]
    assert "lost acknowledged writes" not in seen["exceeded"]
    assert seen["lost"] == 500
