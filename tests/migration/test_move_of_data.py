"""A deployment takes over the data of an old master, with real servers and Sentinels on both sides."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from redismanifests.errors import RedismanifestsError
from redismanifests.prove.moving.cut import UnfinishedError, back, cut
from redismanifests.prove.moving.sides import Phase, facts, obstacles
from startup.conftest import REDIS, SENTINELS
from startup.test_processes import until

from .conftest import NOWHERE, OLD_PASSWORD, Application, LocalPod, Move, OldSide, ended, profile_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow

REFUSED = "NOREPLICAS"
HELLOS_S = 12
"""Longer than a Sentinel leaves a replica that calls itself a master before it makes it a replica again."""


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Move]:
    """Both sides have passwords, and not the same."""
    old = OldSide(tmp_path, password=OLD_PASSWORD)
    made = Move(tmp_path, old, login=True)
    yield made
    ended(made)
    old.end()


def silent(text: str) -> None:
    del text


def test_no_acknowledged_write_is_lost_and_the_old_sentinels_do_not_take_it_back(move: Move) -> None:
    move.old.watched()
    move.started()
    pod, profile = LocalPod(move), profile_of(move)
    assert move.probe(SENTINELS[0], "sentinel-alive.sh") == 0
    assert move.probe(SENTINELS[0], "sentinel-ready.sh") == 1
    until(lambda: NOWHERE in move.old.sentinel("SENTINEL", "REPLICAS", "mymaster"))
    assert move.addresses["redis-0"] not in move.old.sentinel("SENTINEL", "REPLICAS", "mymaster")
    with Application(move) as application:
        until(lambda: len(application.acknowledged) > 300)
        done = cut(pod, profile, 10_000, silent)
        until(lambda: application.moved)
        end = time.monotonic() + HELLOS_S
        while time.monotonic() < end:
            assert move.info("redis-0", "role") == "master"
            time.sleep(0.2)
    assert application.lost() == []
    assert done.pause_ms < 5000
    assert move.master() == "redis-0"
    assert REFUSED in move.old.cli("SET", "a", "1")
    assert facts(pod, profile).phase is Phase.CUT
    with pytest.raises(RedismanifestsError, match=r"since the cut: going back would lose"):
        back(pod, profile, silent)
    assert move.cli("redis-0", "SET", "a", "1") == "OK"
    move.kill("redis-0")
    move.start("redis-0")
    until(lambda: move.info("redis-0", "role") in ("master", "slave"))
    assert move.info("redis-0", "master_host") != move.old.host


def test_a_pod_that_restarts_follows_again_and_no_one_is_promoted(locked: Move) -> None:
    move = locked
    assert move.old.cli("SET", "before", "1") == "OK"
    move.started()
    move.kill(*REDIS[:2])
    assert move.old.cli("SET", "meanwhile", "1") == "OK"
    move.start(*REDIS[:2])
    until(move.all_follow)
    assert move.cli("redis-2", "GET", "meanwhile") == "1"
    move.old.end()
    move.kill(*REDIS)
    move.start(*REDIS)
    until(lambda: all(move.info(pod, "role") for pod in REDIS))
    time.sleep(4)
    assert {move.info(pod, "role") for pod in REDIS} == {"slave"}
    assert {move.cli(pod, "PING") for pod in SENTINELS} == {""}
    reasons = obstacles(facts(LocalPod(move), profile_of(move)), 3)
    assert any("does not answer" in each for each in reasons)
    move.old.start_master()
    until(move.all_follow)
    cut(LocalPod(move), profile_of(move), 10_000, silent)
    assert move.master() == "redis-0"
    conf = (move.pods["redis-0"].data / "redis.conf").read_text()
    assert 'masterauth "secret"' in conf
    assert NOWHERE not in conf
    assert move.info("redis-0", "slave_priority") in ("", "100")


def test_a_cut_that_is_killed_before_the_refusal_leaves_the_old_side_right(move: Move) -> None:
    move.start(*REDIS)
    until(move.all_follow)
    pod, profile = LocalPod(move), profile_of(move)
    for steps in (("pause 4000",), ("pause 4000", "equal 1")):
        for step in steps:
            assert "failed" not in move.step(*step.split())
        began = time.monotonic()
        assert move.old.cli("SET", "held", "1") == "OK"
        assert 0.3 < time.monotonic() - began < 6
        assert facts(pod, profile).phase is Phase.FOLLOWING
    for step in ("pause 4000", "equal 1", "promote"):
        assert "failed" not in move.step(*step.split())
    assert facts(pod, profile).phase is Phase.HALF_CUT
    assert move.old.cli("SET", "after", "1") == "OK"
    with pytest.raises(UnfinishedError, match="took writes after this side was promoted"):
        cut(pod, profile, 3000, silent)
    assert move.old.cli("SET", "later", "1") == "OK"
    assert "claims" in back(pod, profile, silent)
    assert facts(pod, profile).phase is Phase.RETURNED
    assert move.old.cli("SET", "later still", "1") == "OK"
    assert REFUSED in move.cli("redis-0", "SET", "a", "1")


def test_a_cut_is_completed_by_the_next_one_and_undone_until_the_first_write(move: Move) -> None:
    move.start(*REDIS, *SENTINELS)
    until(move.all_follow)
    pod, profile = LocalPod(move), profile_of(move)
    for step in ("pause 4000", "equal 1", "promote"):
        assert "failed" not in move.step(*step.split())
    cut(pod, profile, 4000, silent)
    assert facts(pod, profile).phase is Phase.CUT
    assert REFUSED in move.old.cli("SET", "a", "1")
    cut(pod, profile, 4000, silent)
    assert "claims" in back(pod, profile, silent)
    assert move.old.cli("SET", "a", "1") == "OK"
    assert REFUSED in move.cli("redis-0", "SET", "a", "1")


def test_a_cut_is_not_begun_against_a_replica_and_not_without_replicas(move: Move) -> None:
    move.start("redis-0")
    until(lambda: move.info("redis-0", "master_link_status") == "up")
    pod, profile = LocalPod(move), profile_of(move)
    with pytest.raises(RedismanifestsError, match="0 of 2 replicas follow the first pod"):
        cut(pod, profile, 4000, silent)
    move.old.cli("REPLICAOF", "127.0.0.1", "1")
    with pytest.raises(RedismanifestsError, match="is no master"):
        cut(pod, profile, 4000, silent)
    assert facts(pod, profile).phase is Phase.FOLLOWING
