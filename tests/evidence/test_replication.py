"""What rules say of replicas, backlog and buffers, seen of a master and its replica."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from patience import sooner

from .servers import within

if TYPE_CHECKING:
    from .servers import Machine, Process


def _pair(processes: Machine, *lines: str) -> tuple[Process, Process]:
    master = processes.server("repl-diskless-sync-delay 0", *lines)
    return master, processes.replica(master)


@pytest.mark.shows("RM037", "RM015")
def test_a_master_that_needs_all_its_replicas_refuses_writes_when_one_is_away(processes: Machine) -> None:
    master, replica = _pair(processes, "min-replicas-to-write 1")
    within(10, lambda: master.cli("SET", "a", "1") == "OK")
    replica.kill()
    within(10, lambda: "NOREPLICAS" in master.cli("SET", "a", "2"))


@pytest.mark.shows("RM058")
def test_one_late_acknowledgement_refuses_writes_with_a_lag_of_a_second(processes: Machine) -> None:
    master, replica = _pair(processes, "min-replicas-to-write 1", "min-replicas-max-lag 1")
    within(10, lambda: master.cli("SET", "a", "1") == "OK")
    replica.stop()
    within(4, lambda: "NOREPLICAS" in master.cli("SET", "a", "2"))
    replica.go_on()


@pytest.mark.shows("RM029", "RM036")
def test_a_master_acknowledges_to_a_silent_replica_until_the_lag_has_passed(processes: Machine) -> None:
    master, replica = _pair(processes, "min-replicas-to-write 1", "min-replicas-max-lag 4")
    within(10, lambda: master.cli("SET", "a", "1") == "OK")
    replica.stop()
    began = time.monotonic()
    within(15, lambda: "NOREPLICAS" in master.cli("SET", "a", "2"))
    # The replica's last sign may be a second old, and the master looks once a second.
    assert time.monotonic() - began > 2.5
    replica.go_on()


def _behind(processes: Machine, backlog: str) -> int:
    """Full copies after a replica has missed a megabyte."""
    master, replica = _pair(processes, f"repl-backlog-size {backlog}")
    before = int(master.field("stats", "sync_full"))
    replica.stop()
    master.cli("CLIENT", "KILL", "TYPE", "replica")
    master.write(256, 4096)
    replica.go_on()
    within(30, lambda: replica.cli("GET", "key:255") == "x" * 4096)
    return int(master.field("stats", "sync_full")) - before


@pytest.mark.shows("RM052")
def test_what_the_backlog_does_not_hold_is_a_full_copy(processes: Machine) -> None:
    assert _behind(processes, "16kb") == 1
    assert _behind(processes, "8mb") == 0


def _dropped(processes: Machine, backlog: str, buffer: str, mebibytes: int) -> bool:
    """Whether a replica that does not read is dropped while so much is written."""
    lines = (f"repl-backlog-size {backlog}", f"client-output-buffer-limit replica {buffer} {buffer} 60")
    master, replica = _pair(processes, *lines)
    replica.stop()
    master.write(mebibytes * 16, 65536)
    dropped = sooner(2, lambda: "overcoming of output buffer limits" in master.log)
    replica.go_on()
    return dropped


@pytest.mark.shows("RM051")
def test_a_replica_whose_output_buffer_overflows_is_dropped(processes: Machine) -> None:
    assert _dropped(processes, "1mb", "1mb", 24)
    assert not _dropped(processes, "1mb", "64mb", 24)


@pytest.mark.shows("RM050")
def test_an_output_buffer_below_the_backlog_is_ignored(processes: Machine) -> None:
    assert not _dropped(processes, "64mb", "1mb", 24)
