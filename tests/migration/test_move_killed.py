"""A cut that ends in between: the old side goes on, the next cut completes it, or a person goes back."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from redismanifests.prove.moving.cut import UnfinishedError, back, cut
from redismanifests.prove.moving.sides import Phase, facts
from startup.conftest import REDIS, SENTINELS
from startup.test_processes import until

from .conftest import REFUSED, LocalPod, profile_of, silent

if TYPE_CHECKING:
    from .conftest import Move

pytestmark = [pytest.mark.slow, pytest.mark.release]


def test_a_cut_that_is_killed_before_the_refusal_leaves_the_old_side_right(move: Move) -> None:
    move.start(*REDIS)
    until(move.all_follow)
    pod, profile = LocalPod(move), profile_of(move)
    for steps in (("pause 2500",), ("pause 2500", "equal 1")):
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


@pytest.mark.parametrize("first", ["promote", "the failover"])
def test_a_pause_for_longer_than_the_old_sentinels_wait_ends_in_their_failover_which_is_seen(
    move: Move, first: str
) -> None:
    """A held PUBLISH of a Sentinel holds its PING: it takes the master for dead, and promotes a replica."""
    move.old.watched(down_after_ms=1000)
    move.start(*REDIS)
    until(move.all_follow)
    until(lambda: ".102" in move.old.sentinel("SENTINEL", "REPLICAS", "mymaster"))
    assert "failed" not in move.step("pause", "30000")
    if first == "promote":
        assert "failed" not in move.step("promote")
    until(lambda: "role:slave" in move.old.cli("INFO", "replication"))
    if first == "promote":
        assert "failed" not in move.step("refuse")
    said = move.step("unchanged" if first == "promote" else "promote")
    assert said.startswith("failed the old side has failed over")
    if first == "promote":
        with pytest.raises(UnfinishedError, match="the old side has failed over"):
            cut(LocalPod(move), profile_of(move), 3000, silent)
