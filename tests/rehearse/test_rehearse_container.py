"""Container: what it sees of itself, and what it does not see of the machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from redismanifests.prove.toycluster.pods.pod import REMOVE_S

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.lab


@pytest.fixture
def world(seen: Callable[[str], Any]) -> dict[str, str]:
    world: dict[str, str] = seen("container_world")
    return world


def test_the_command_is_process_one_of_its_own_proc(world: dict[str, str]) -> None:
    assert world["first process"].splitlines() == ["sh", "sh /scripts/start.sh"]
    assert int(world["processes"]) < 10


def test_it_runs_under_the_ids_of_its_security_context_without_capabilities(world: dict[str, str]) -> None:
    assert world["ids"].split() == ["999", "999", "999"]
    lines = dict(line.split(":\t") for line in world["capabilities"].splitlines())
    assert lines == {"CapEff": "0" * 16, "CapBnd": "0" * 16, "NoNewPrivs": "1"}


def test_variables_are_the_kubelets_and_nothing_of_this_machine(world: dict[str, str]) -> None:
    variables = dict(line.split("=", 1) for line in world["variables"].splitlines())
    assert variables["POD"] == "stubborn-0"
    assert variables["IP"].startswith("10.244.")
    assert variables["GREETING"] == "I am stubborn-0, not $(NOBODY) or $(POD)"
    assert variables["SERVER_0_SERVICE_HOST"].startswith("10.96.")
    assert variables["SERVER_0_PORT"] == f"tcp://{variables['SERVER_0_SERVICE_HOST']}:6379"
    assert variables["SERVER_0_SERVICE_PORT_REDIS"] == "6379"
    assert not any(name.startswith("SERVER_HEADLESS") for name in variables), (
        "a headless Service has no variables"
    )
    assert not {"PYTHONPATH", "SHELL", "USER"} & variables.keys()


def test_root_and_configuration_are_read_only_and_volumes_are_not(world: dict[str, str]) -> None:
    assert "Read-only file system" in world["root"]
    assert "Read-only file system" in world["configuration"]
    assert "exec 2>/proc/1/fd/2" in world["configuration"]
    assert world["volumes"] == "written"


def test_names_are_resolved_as_the_kubelet_sets_it_up(world: dict[str, str]) -> None:
    assert "search toy.svc.cluster.local svc.cluster.local cluster.local" in world["names"]
    assert "options ndots:5" in world["names"]
    assert "stubborn-0.stubborn-headless.toy.svc.cluster.local stubborn-0" in world["names"]


def test_nothing_of_the_host_but_its_programs_is_seen(world: dict[str, str]) -> None:
    assert world["host"].split() == ["/root:", "/usr/bin/redis-server"]
    assert [line.split()[0] for line in world["interfaces"].splitlines()] == ["lo", "eth0"]


def test_a_stop_is_hook_then_sigterm_then_sigkill_when_the_grace_period_ends(
    seen: Callable[[str], Any],
) -> None:
    stopping = seen("stopping")
    first = stopping["events"][: stopping["events"].index("Exited code 137") + 1]
    kinds = [event.partition(" ")[0] for event in first]
    assert kinds == ["Started", "Ready", "PreStop", "PreStop", "Killing", "Killing", "NotReady", "Exited"]
    assert "SIGTERM" in first[4]
    assert "SIGKILL" in first[5]
    # Half a second of hook leaves 1.5 s of the grace period: SIGKILL after the minimum of 2 s. Then it is removed.
    assert 2.3 + REMOVE_S < stopping["graceful seconds"] < 6
    words = [line.split(" ", 1)[1] for line in stopping["log"].splitlines()]
    # The third life begins before the second ends.
    assert words.count("got TERM") == 2
    assert words[:3] == ["first words", "hook speaks", "got TERM"]


def test_a_sigterm_that_is_refused_is_told_and_a_forced_kill_is_not(seen: Callable[[str], Any]) -> None:
    told = [line for line in seen("stopping")["trouble"] if line.startswith("stubborn")]
    assert told == ["stubborn-0/main did not end within its 2 s of grace and was killed"]


def test_a_forced_delete_runs_the_hook_and_leaves_two_seconds_after_sigterm(
    seen: Callable[[str], Any],
) -> None:
    events = seen("stopping")["events"]
    second = events[events.index("Exited code 137") + 1 :]
    # What starts then is the next pod.
    ended = [event for event in second[2:] if event.partition(" ")[0] not in {"Started", "Ready"}]
    assert [event.partition(" ")[0] for event in (*second[:2], *ended)] == [
        *("Started", "Ready", "PreStop", "PreStop", "Killing", "Killing", "NotReady", "Exited")
    ]
    assert "SIGTERM" in ended[2]
    assert "SIGKILL" in ended[3]
    # The hook's half second, and the minimum after SIGTERM: grace period 0 is treated as one second.
    assert 2.3 < seen("stopping")["forced seconds"] < 4


def test_the_next_pod_starts_while_the_processes_of_one_deleted_by_force_still_end(
    seen: Callable[[str], Any],
) -> None:
    graceful, forced = ["Exited", "Scheduled"], ["Scheduled", "Exited"]
    assert seen("stopping")["lives"] == ["Scheduled", *graceful, *forced]


def test_a_pod_comes_back_with_its_claim_a_new_address_and_empty_scratch(seen: Callable[[str], Any]) -> None:
    stopping = seen("stopping")
    assert stopping["left"].split() == ["/data:", "kept", "/scratch:"]
    first, second = stopping["addresses"][:2]
    assert first != second


def test_a_failed_liveness_probe_restarts_at_once_and_then_only_after_back_off(
    seen: Callable[[str], Any],
) -> None:
    events = seen("liveness")
    starts = [at for at, text in events if text.startswith("Started")]
    unhealthy = [at for at, text in events if text.startswith("Unhealthy")]
    assert len(unhealthy) == 2, "each life of the container fails its probe once, at the third try"
    assert 1.9 < unhealthy[0] - starts[0] < 3.5
    # SIGTERM is not for a process 1 without a handler: the minimum grace of 2 s passes, then SIGKILL, then a restart.
    assert 1.9 < starts[1] - unhealthy[0] < 4
    assert len(starts) == 2, "the second restart waits 10 s"
    assert any("BackOff again in 10" in text for _, text in events)
