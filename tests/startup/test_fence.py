"""The fence with real processes: who ends, who follows, and who is left alone."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from .conftest import REDIS, SENTINELS
from .test_processes import PODS, Members, members, six, until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.slow
__all__ = ["members", "six"]  # fixtures


def fences_listen(six: Members) -> bool:
    """Whether the fence of every Redis pod has heard every Sentinel: that is after a pod is ready, not before.

    A fence asks twice a second on one connection, so one that is two seconds old has been answered.
    """
    for sentinel in SENTINELS:
        clients = [
            dict(re.findall(r"(\S+)=(\S*)", line))
            for line in six.cli(sentinel, "CLIENT", "LIST").splitlines()
        ]
        ages = [int(client["age"]) for client in clients if client["cmd"].startswith("sentinel")]
        if sum(age >= 2 for age in ages) < len(REDIS):
            return False
    return True


@pytest.fixture
def fenced(six: Members) -> Members:
    """Six members that are ready, and whose fences listen."""
    until(lambda: fences_listen(six))
    return six


def server_of(six: Members, pod: str) -> int:
    """The server below a start script."""
    said = subprocess.run(
        ["pgrep", "-s", str(six.running[pod].pid), "redis-server"], capture_output=True, text=True, check=True
    )
    return int(said.stdout.split()[0])


def roles(six: Members) -> list[str]:
    return [six.cli(pod, "ROLE").partition("\n")[0] for pod in REDIS]


def stays(true: Callable[[], object], seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert true()
        time.sleep(0.2)


def test_a_server_that_hangs_is_ended_before_another_is_master(fenced: Members) -> None:
    hanging = server_of(fenced, "redis-0")
    os.kill(hanging, signal.SIGSTOP)
    assert fenced.running["redis-0"].wait(timeout=10) == 128 + signal.SIGKILL
    assert "slave" in roles(fenced)[1] == roles(fenced)[2]
    assert "ended the server: " in fenced.log("redis-0")
    until(lambda: fenced.master() in REDIS[1:])


def test_a_start_passes_sigterm_on_and_exits_as_its_server_does(fenced: Members) -> None:
    fenced.running["redis-2"].terminate()
    assert fenced.running["redis-2"].wait(timeout=15) == 0
    assert "Redis is now ready to exit" in fenced.log("redis-2")


def test_a_former_master_follows_long_before_sentinel_corrects_it(fenced: Members) -> None:
    assert fenced.cli(SENTINELS[0], "SENTINEL", "FAILOVER", "mymaster") == "OK"
    until(lambda: fenced.master() in REDIS[1:])
    began = time.monotonic()
    until(lambda: roles(fenced)[0] == "slave")
    # Sentinel waits for four hellos, 8 s.
    assert time.monotonic() - began < 5
    assert "following " in fenced.log("redis-0")


def patient(six: Members) -> None:
    """What Sentinel would mend after failover-timeout is left to others for three minutes."""
    for sentinel in SENTINELS:
        assert six.cli(sentinel, "SENTINEL", "SET", "mymaster", "failover-timeout", "180000") == "OK"


def flags(six: Members, sentinel: str) -> str:
    said = six.cli(sentinel, "SENTINEL", "MASTER", "mymaster").splitlines()
    return said[said.index("flags") + 1]


def test_a_replica_of_another_one_than_the_master_moves_to_it(fenced: Members) -> None:
    patient(fenced)
    fenced.cli("redis-2", "REPLICAOF", fenced.addresses["redis-1"], "6379")
    until(lambda: fenced.addresses["redis-0"] in fenced.cli("redis-2", "ROLE"), 60)
    until(lambda: f"following {fenced.addresses['redis-0']}: " in fenced.log("redis-2"))
    assert roles(fenced) == ["master", "slave", "slave"]


def test_a_failover_ends_when_the_replica_that_refused_to_move_can(fenced: Members) -> None:
    """One that is loading its data refuses so; until then the Sentinel that leads names the former master."""
    patient(fenced)
    fenced.cli("redis-2", "CONFIG", "SET", "replica-priority", "0")
    known = ("SENTINEL", "REPLICAS", "mymaster")
    until(lambda: all("slave-priority\n0\n" in fenced.cli(each, *known) for each in SENTINELS), 60)
    assert fenced.cli("redis-2", "ACL", "SETUSER", "default", "-replicaof", "-slaveof") == "OK"
    assert fenced.cli(SENTINELS[0], "SENTINEL", "FAILOVER", "mymaster") == "OK"
    until(lambda: roles(fenced)[1] == "master", 60)
    stays(lambda: "failover_in_progress" in flags(fenced, SENTINELS[0]), 3)
    assert fenced.cli("redis-2", "ACL", "SETUSER", "default", "+@all") == "OK"
    until(lambda: fenced.addresses["redis-1"] in fenced.cli("redis-2", "ROLE"), 60)
    until(lambda: "failover_in_progress" not in flags(fenced, SENTINELS[0]), 60)


def test_without_sentinels_a_master_follows_whoever_has_a_majority_of_the_members(fenced: Members) -> None:
    fenced.kill(*SENTINELS)
    time.sleep(4)
    fenced.cli("redis-1", "REPLICAOF", "NO", "ONE")
    fenced.cli("redis-2", "REPLICAOF", fenced.addresses["redis-1"], "6379")
    until(lambda: roles(fenced) == ["slave", "master", "slave"], 15)


def test_without_sentinels_a_master_whose_replica_dies_goes_on(fenced: Members) -> None:
    fenced.kill(*SENTINELS)
    time.sleep(4)
    fenced.kill("redis-2")
    stays(lambda: fenced.cli("redis-0", "SET", "key", "value") == "OK", 5)
    assert "holding writes" not in fenced.log("redis-0")


def test_a_dropped_connection_is_no_silence(members: Members, tmp_path: Path) -> None:
    """The hook of a hand-over drops every client, the fence that asks at that moment as well."""
    calls, dropping = tmp_path / "calls", tmp_path / "cli"
    dropping.write_text(
        f'#!/bin/sh\ncase "$*" in *REPLICAOF*)\n  echo x >>{calls}\n  [ "$(wc -l <{calls})" -gt 1 ] || exit 0 ;;\n'
        'esac\nexec redis-cli "$@"\n'
    )
    dropping.chmod(0o755)
    with (members.pods["redis-0"].config / "settings.sh").open("a") as settings:
        settings.write(f"CLI={dropping}\n")
    members.start(*PODS)
    until(members.ready)
    until(lambda: fences_listen(members))
    assert members.cli(SENTINELS[0], "SENTINEL", "FAILOVER", "mymaster") == "OK"
    until(lambda: roles(members)[0] == "slave")
    # Again at once; once more where an answer to a look from before it came late.
    assert len(calls.read_text().split()) >= 2
    assert "ended the server" not in members.log("redis-0")


def test_nothing_is_done_while_all_is_well(fenced: Members) -> None:
    stays(lambda: fenced.cli("redis-0", "SET", "key", "value") == "OK", 10)
    for pod in PODS:
        assert "[redis-fence.sh]" not in fenced.log(pod)
