"""What rules say of votes and of failovers, seen of Sentinels whose master is killed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from patience import sooner
from seldom import SELDOM

from .servers import Watch, within

if TYPE_CHECKING:
    from .servers import Machine, Process

pytestmark = SELDOM
"""What Sentinel does changes with Sentinel only."""

TIMES = ("sentinel down-after-milliseconds MASTER 1000", "sentinel failover-timeout MASTER 3000")
LONG_ENOUGH_S = 12


def _switched(sentinels: list[Process]) -> bool:
    return any("+switch-master" in sentinel.log for sentinel in sentinels)


def _watched(
    processes: Machine, count: int, quorum: int, *lines: str, server: tuple[str, ...] = (), replicas: int = 1
) -> tuple[Process, list[Process]]:
    master = processes.server("repl-diskless-sync-delay 0", *server)
    processes.replica(master, *server)
    sentinels = processes.sentinels(count, quorum, master, *(lines or TIMES))
    if replicas:
        within(30, lambda: all(Watch(s).known("num-slaves") == str(replicas) for s in sentinels))
    return master, sentinels


def _fails_over(
    processes: Machine, count: int, quorum: int, lost: int, seconds: float = LONG_ENOUGH_S
) -> bool:
    """Whether a master that is killed is replaced when so many Sentinels are killed with it."""
    master, sentinels = _watched(processes, count, quorum)
    for sentinel in sentinels[:lost]:
        sentinel.kill()
    master.kill()
    return sooner(seconds, lambda: _switched(sentinels[lost:]))


def test_two_of_three_sentinels_elect(processes: Machine) -> None:
    """What the tests below are measured against."""
    assert _fails_over(processes, 3, 2, lost=1, seconds=40)


@pytest.mark.shows("RM064", "RM065", "RM066")
def test_one_of_three_sentinels_elects_nobody(processes: Machine) -> None:
    """Two that share a node, a zone or a drain are two that are lost together."""
    assert not _fails_over(processes, 3, 2, lost=2)


@pytest.mark.shows("RM010")
def test_of_two_sentinels_none_may_be_lost(processes: Machine) -> None:
    assert not _fails_over(processes, 2, 1, lost=1)


@pytest.mark.shows("RM011")
def test_a_quorum_larger_than_the_number_of_sentinels_never_holds_the_master_for_down(
    processes: Machine,
) -> None:
    master, sentinels = _watched(processes, 3, 4)
    master.kill()
    within(10, lambda: all("+sdown master" in sentinel.log for sentinel in sentinels))
    assert not sooner(LONG_ENOUGH_S, lambda: any("+odown" in sentinel.log for sentinel in sentinels))


@pytest.mark.shows("RM012")
def test_with_a_quorum_of_all_sentinels_one_lost_means_no_failover(processes: Machine) -> None:
    assert not _fails_over(processes, 3, 3, lost=1)


@pytest.mark.shows("RM013")
def test_a_minority_with_a_small_quorum_tries_again_and_again_and_raises_the_epoch(
    processes: Machine,
) -> None:
    master, (left, *others) = _watched(processes, 3, 1)
    for sentinel in others:
        sentinel.kill()
    master.kill()
    within(60, lambda: left.log.count("+try-failover") >= 2)
    assert "-failover-abort-not-elected" in left.log
    assert left.log.count("+new-epoch") >= 2
    assert not _switched([left])


@pytest.mark.shows("RM014")
def test_of_four_sentinels_two_may_not_be_lost_as_of_three(processes: Machine) -> None:
    assert not _fails_over(processes, 4, 2, lost=2)


@pytest.mark.shows("RM045")
def test_a_sentinel_that_resolves_no_names_knows_no_replica_and_says_ok(processes: Machine) -> None:
    announced = ("replica-announce-ip localhost",)
    master, (sentinel,) = _watched(processes, 1, 1, server=announced, replicas=0)
    time.sleep(11)  # Sentinel asks INFO every ten seconds
    assert "localhost" in master.field("replication", "slave0")
    assert Watch(sentinel).known("num-slaves") == "0"
    assert sentinel.cli("SENTINEL", "CKQUORUM", "m").startswith("OK")
    master.kill()
    within(20, lambda: "-failover-abort-no-good-slave" in sentinel.log)
    assert not _switched([sentinel])


@pytest.mark.shows("RM082")
def test_without_config_every_promotion_is_aborted(processes: Machine) -> None:
    master, (sentinel,) = _watched(processes, 1, 1, server=('rename-command CONFIG ""',))
    master.kill()
    within(40, lambda: sentinel.log.count("-failover-abort-slave-timeout") >= 2)
    assert not _switched([sentinel])


@pytest.mark.shows("RM023")
def test_a_short_failover_timeout_aborts_promotions_that_are_under_way(processes: Machine) -> None:
    times = ("sentinel down-after-milliseconds MASTER 1000", "sentinel failover-timeout MASTER 100")
    master, (sentinel,) = _watched(processes, 1, 1, *times)
    master.kill()
    within(30, lambda: "-failover-abort-slave-timeout" in sentinel.log)


@pytest.mark.shows("RM022", "RM025")
def test_a_sentinel_that_stalls_for_two_seconds_acts_on_nothing_for_thirty(processes: Machine) -> None:
    master, (sentinel,) = _watched(processes, 1, 1)
    sentinel.stop()
    time.sleep(3)
    sentinel.go_on()
    within(5, lambda: "+tilt" in sentinel.log)
    began = time.monotonic()
    master.kill()
    within(60, lambda: "+sdown master" in sentinel.log)
    assert time.monotonic() - began > 20
