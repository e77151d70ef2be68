"""What a drill promises before it begins, what its journal says, and what a person is told when there is no master."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployment import MINIMAL, REFERENCE, TOP, reviewed
from redismanifests.errors import RedismanifestsError
from redismanifests.present.documents.drill import drill as document
from redismanifests.present.writers import written
from redismanifests.profile.derived.recovery import recovery
from redismanifests.prove.drill.journal import Journal
from redismanifests.prove.drill.plan import Blast, Way, blast_lines, plan
from redismanifests.prove.drill.runbook import NO_MASTER, steps
from redismanifests.prove.result.drill import Drill, Kind, Role

REDIS, SENTINELS = ("redis-0", "redis-1"), ("sentinel-0",)


def journal(*lines: str) -> Journal:
    made = Journal(REDIS, SENTINELS, offset=0.0)
    for line in lines:
        made.take(line)
    return made


def sentinel(at: float, ip: str, flags: str = "master", replicas: int = 1) -> str:
    # Right after a failover the runid of the new master is empty, and no word.
    told = f"name m ip {ip} port 6379 runid flags {flags} num-slaves {replicas} num-other-sentinels 0"
    return f"T {at} sentinel-0 0 {told}"


WHOLE = (
    "T 1 redis-0 0 master 10 10.0.0.2 6379 10",
    "T 1 redis-1 0 slave 10.0.0.1 6379 connected 10",
    sentinel(1, "10.0.0.1"),
)


def test_the_bound_of_a_drill_is_what_check_computes() -> None:
    profile = reviewed(MINIMAL).profile
    for kind in (Kind.FAILOVER, Kind.ROLLING_RESTART, Kind.DRAIN):
        assert plan(profile, kind).bound_s * 1000 == recovery(profile).normal_ms
    assert plan(profile, Kind.SENTINEL_LOSS).bound_s == 1
    assert plan(profile, Kind.FAILOVER).safety_s == pytest.approx(30)
    assert plan(profile, Kind.SENTINEL_LOSS).losable == 1


def test_without_a_sentinel_to_lose_none_is_lost() -> None:
    profile = reviewed(MINIMAL).profile
    one = profile.model_copy(update={"sentinel": profile.sentinel.model_copy(update={"quorum": 3})})
    with pytest.raises(RedismanifestsError, match="no Sentinel may be lost"):
        plan(one, Kind.SENTINEL_LOSS)


@pytest.mark.parametrize("kind", Kind)
def test_the_blast_radius_is_told_in_numbers(kind: Kind) -> None:
    profile = reviewed(REFERENCE).profile
    chosen = plan(profile, kind, node="node-1")
    told = " ".join(blast_lines(profile, chosen, Blast("redis-2", 17, 40.4)))
    assert "redis-2" in told
    assert "17 clients (Sentinels among them), who change 40 keys a second" in told
    assert f"{chosen.bound_s:g} s" in told
    assert f"{chosen.safety_s:g} s" in told
    unknown = " ".join(blast_lines(profile, chosen, Blast("redis-2", None, None)))
    assert "an unknown number of clients" in unknown
    assert "who change no one knows how many keys" in unknown


@pytest.mark.parametrize("way", Way)
def test_each_way_to_end_a_master_is_told(way: Way) -> None:
    profile = reviewed(REFERENCE).profile
    told = blast_lines(profile, plan(profile, Kind.FAILOVER, way=way), Blast("redis-0", 1, 1))[0]
    assert {"kill": "killed", "delete": "hook hands", "force-delete": "without grace"}[way] in told


def test_an_outage_is_the_longest_time_between_two_acknowledged_writes_after_the_fault() -> None:
    made = journal(
        "W 1.00 1", "W 1.50 2", "W 2.00 3", "F 2.10 4 READONLY", "W 8.25 5", "W 8.30 6", "L 9 1 2 3 6", "D 9"
    )
    assert made.outage_s(2.05) == pytest.approx(6.25)
    assert list(made.pauses(2.05)) == [(2.0, 8.25)]
    assert made.lost == (5,)
    assert made.outage_s(9.0) is None, "no write came after that"
    assert made.resolution_s() == pytest.approx(0.5)


def test_reads_that_never_came_back_count_until_the_last_try() -> None:
    made = journal("R 1.0", "R 1.2", "r 1.5 refused", "r 31.2 refused")
    assert made.reads_failed_s(1.3) == pytest.approx(30.0)
    assert journal("R 1.0", "r 1.5 refused", "R 2.5", "R 2.6").reads_failed_s(1.3) == pytest.approx(1.5)
    assert journal().reads_failed_s(0.0) == 0.0


def test_what_could_not_be_looked_up_is_no_loss_of_nothing() -> None:
    made = journal("W 1.00 1", "X 9.0 the writes could not be looked up: ")
    assert made.not_looked_up == "the writes could not be looked up"
    assert not made.done
    text = written(document(drill(lost=None), "shop", "redis"), "text")
    assert "lost      unknown" in text
    assert text.endswith("not held: drill failover\n")


def test_all_agree_from_when_on_the_last_of_them_does() -> None:
    assert journal(*WHOLE).agreeing_since() == (1.0, "redis-0")
    gone = journal(*WHOLE, "T 2 redis-0 1 Could not connect to Redis at 10.0.0.1:6379: Connection refused")
    assert gone.agreeing_since() is None
    moved = (
        "T 6 redis-1 0 master 20",
        sentinel(6.5, "10.0.0.2"),
        "T 9 redis-0 0 slave 10.0.0.2 6379 connect 0",
        "T 9.5 redis-0 0 slave 10.0.0.2 6379 connected 20",
    )
    after = journal(*WHOLE, "T 2 redis-0 1 refused", *moved)
    assert after.agreeing_since() == (9.5, "redis-1")
    assert [(turn.at, turn.role) for turn in after.turns() if turn.pod == "redis-0"] == [
        (1.0, Role.MASTER),
        (2.0, Role.DOWN),
        (9.0, Role.DETACHED),
        (9.5, Role.REPLICA),
    ]


@pytest.mark.parametrize(
    "other",
    [
        sentinel(2, "10.0.0.9"),
        sentinel(2, "10.0.0.1", flags="s_down,master"),
        sentinel(2, "10.0.0.1", replicas=0),
        "T 2 sentinel-0 124 ",
        "T 2 redis-1 0 master 5",
        "T 2 redis-1 0 slave 10.0.0.7 6379 connected 5",
        "T 2 redis-1 0 slave 10.0.0.1 6379 sync 5",
        "T 2 redis-0 0 LOADING Redis is loading the dataset in memory",
    ],
)
def test_one_who_sees_it_differently_is_enough_for_no_agreement(other: str) -> None:
    assert journal(*WHOLE, other).agreeing_since() is None


@given(st.text())
def test_what_is_no_line_of_the_pod_is_passed_over(text: str) -> None:
    made = journal(f"E {text}", text.replace(" ", "_"))
    assert made.acknowledged == []
    assert made.seen == []


def drill(**changed: object) -> Drill:
    fields = {
        "kind": Kind.FAILOVER,
        "how": "redis-0 deleted",
        "began": 100.0,
        "ended": 120.0,
        "outage_s": 6.0,
        "bound_s": 9.9,
        "acknowledged": 500,
        "lost": 0,
        "promoted": "redis-1",
        "agreed_s": 8.0,
    }
    return Drill(**{**fields, **changed})  # type: ignore[arg-type]


def test_a_drill_is_told_against_its_bound() -> None:
    text = written(document(drill(), "shop", "redis"), "text")
    assert "outage    6.00 s (bound 9.9 s)" in text
    assert "lost      0 of 500 acknowledged writes" in text
    assert text.endswith("held: drill failover\n")
    assert document(drill(), "shop", "redis").data["held"]
    late = written(document(drill(outage_s=12.0, lost=3), "shop", "redis"), "text")
    assert "not held: drill failover" in late
    assert "3 of 500" in late


def test_without_a_master_a_person_is_told_what_to_do_with_the_names_of_the_deployment() -> None:
    text = written(document(drill(outage_s=None, agreed_s=None, promoted=""), "shop", "redis"), "text")
    assert "There is no master. What to do" in text
    flat = " ".join(text.split())
    assert "kubectl -n shop exec redis-sentinel-0" in flat
    assert "NAMESPACE" not in flat
    assert "DEPLOYMENT" not in flat
    assert len(steps("shop", "redis")) == len(NO_MASTER)


def test_the_runbook_of_the_documentation_says_the_same() -> None:
    page = (TOP / "docs" / "operations.md").read_text(encoding="utf-8")
    chapter = page.partition("## When there is no master")[2].partition("\n## ")[0]
    flat = re.sub(r"\s+", " ", chapter.replace("`", ""))
    for step in NO_MASTER:
        assert re.sub(r"\s+", " ", step.replace("`", "")) in flat
