"""Laws of sentinel-decide.sh, over every combination of facts for three Sentinels and three Redis pods."""

from __future__ import annotations

from functools import cache
from itertools import product

import pytest

from .conftest import AWKS, decide, require

A, B, C = MEMBERS = ("10.96.0.10", "10.96.0.11", "10.96.0.12")
FOR_EVER = 100_000
STATES = ("none", f"known 3 {A}", f"known 5 {B}", "unknown 3 10.96.9.99", "known 3 10.96.9.99")
SENTINELS = (
    "silent",
    f"3 {A} master 5000",
    f"3 {B} master 5000",
    f"4 {B} master 5000",
    f"4 {A} s_down,o_down,master,failover_in_progress 5000",
    "9 10.96.9.99 master 5000",
)
PEERS = ("silent", "master 7 0 900", "master 7 2 900", f"replica 7 {A} up 0", f"replica 7 {B} down -1")

Set = tuple[str, int, tuple[str, ...], tuple[str, ...]]


def text(facts: Set) -> str:
    state, waited, sentinels, peers = facts
    lines = [
        "self s0",
        *(f"member {m}" for m in MEMBERS),
        "sentinels 3",
        f"waited {waited}",
        f"state {state}",
    ]
    lines += [f"sentinel s{i + 1} {said}" for i, said in enumerate(sentinels)]
    lines += [f"peer {who} {said}" for who, said in zip(MEMBERS, peers, strict=True)]
    return "\n".join(lines) + "\n"


@cache
def decisions(kind: str) -> list[tuple[Set, list[str]]]:
    require(AWKS[kind][0])
    sets: list[Set] = list(
        product(STATES, (0, FOR_EVER), product(SENTINELS, repeat=2), product(PEERS, repeat=3))
    )
    lines = decide(AWKS[kind], "sentinel", [text(s) for s in sets])
    return list(zip(sets, (line.split() for line in lines), strict=True))


@pytest.fixture(params=AWKS)
def decided(request: pytest.FixtureRequest) -> list[tuple[Set, list[str]]]:
    return decisions(request.param)


def one(
    state: str,
    sentinels: tuple[str, ...],
    peers: tuple[str, ...] = ("silent",) * 3,
    waited: int = 0,
    lost: str | None = None,
) -> str:
    require("mawk")
    facts = text((state, waited, sentinels, peers)) + (f"lost {lost}\n" if lost else "")
    return decide(AWKS["mawk"], "sentinel", [facts])[0]


def test_there_are_thousands_of_combinations(decided: list[tuple[Set, list[str]]]) -> None:
    assert len(decided) > 10_000
    assert {action[0] for _, action in decided} == {"monitor", "wait", "help"}


def test_both_kinds_of_awk_decide_alike() -> None:
    assert decisions("mawk") == decisions("busybox")


def test_only_a_member_is_ever_monitored(decided: list[tuple[Set, list[str]]]) -> None:
    assert not [a for _, a in decided if a[0] == "monitor" and not (a[1] in MEMBERS and a[2].isdigit())][:3]


def test_a_master_is_never_invented(decided: list[tuple[Set, list[str]]]) -> None:
    for (state, _, sentinels, peers), action in decided:
        if action[0] == "monitor":
            known = action[1] in state
            told = any(action[1] in said for said in sentinels)
            runs = peers[MEMBERS.index(action[1])].startswith("master")
            assert known or told or runs, (state, sentinels, peers, action)


def test_a_volume_that_knows_the_master_starts_at_once(decided: list[tuple[Set, list[str]]]) -> None:
    for (state, *_), action in decided:
        if state.startswith("known") and state.split()[2] in MEMBERS:
            assert action[0] == "monitor"


def test_whoever_has_waited_for_long_starts_or_says_what_a_person_must_do(
    decided: list[tuple[Set, list[str]]],
) -> None:
    for (_, waited, *_), action in decided:
        if waited == FOR_EVER:
            assert action[0] == "monitor" or (action[0] == "help" and "a person must" in " ".join(action))


def test_the_epoch_never_goes_back(decided: list[tuple[Set, list[str]]]) -> None:
    for (state, *_), action in decided:
        if action[0] == "monitor" and state.startswith("known") and state.split()[2] in MEMBERS:
            assert int(action[2]) >= int(state.split()[1])


def test_a_majority_of_the_others_wins_over_the_own_file_at_an_equal_epoch() -> None:
    # A Sentinel that could not resolve the new name kept the old address with the new epoch.
    said = (f"3 {B} master 5000",) * 2
    assert one(f"known 3 {A}", said).startswith(f"monitor {B} 3 ")


def test_one_other_sentinel_does_not_win_over_the_own_file() -> None:
    assert one(f"known 3 {A}", (f"3 {B} master 5000", "silent")).startswith(f"monitor {A} 3 ")


def test_older_sentinels_do_not_win_over_the_own_file() -> None:
    assert one(f"known 5 {A}", (f"3 {B} master 5000",) * 2).startswith(f"monitor {A} 5 ")


def test_a_remembered_master_is_waited_for_while_its_name_leads_to_nobody() -> None:
    # Sentinel would try that address for 15 s, and by then the master is back under another one.
    for others in (("silent", "silent"), (f"3 {A} master 5000", "silent")):
        assert one(f"known 3 {A}", others, lost=A, waited=6).startswith("wait ")
        assert one(f"known 3 {A}", others, lost=A, waited=9).startswith(f"monitor {A} 3 ")
    assert one(f"known 3 {A}", ("silent", "silent"), lost=B).startswith(f"monitor {A} 3 ")


def test_a_majority_that_names_another_ends_that_wait() -> None:
    assert one(f"known 3 {A}", (f"4 {B} master 5000",) * 2, lost=A).startswith(f"monitor {B} 4 ")


def test_a_volume_that_names_a_stranger_is_not_stuck() -> None:
    running = ("silent", "master 7 2 900", f"replica 7 {B} up 0")
    assert one("unknown 3 10.96.9.99", ("silent", "silent"), running).startswith(f"monitor {B} ")
    assert one("unknown 3 10.96.9.99", (f"4 {C} master 5000", "silent")).startswith(f"monitor {C} 4 ")


def test_a_lone_master_is_believed_only_after_the_other_sentinels_had_time_to_speak() -> None:
    lone = ("master 7 0 900", "silent", "silent")
    assert one("none", ("silent", "silent"), lone, waited=0).startswith("wait ")
    assert one("none", ("silent", "silent"), lone, waited=5).startswith(f"monitor {A} ")


def test_a_master_with_replicas_is_preferred_to_a_lone_one() -> None:
    both = ("master 7 0 900", "master 7 1 900", f"replica 7 {B} up 0")
    assert one("none", ("silent", "silent"), both, waited=9).startswith(f"monitor {B} ")


def test_a_stranger_with_a_higher_epoch_silences_nobody() -> None:
    said = ("9 10.96.9.99 master 5000", f"3 {B} master 5000")
    assert one("none", said).startswith(f"monitor {B} 3 ")


def test_the_highest_epoch_wins_over_an_older_answer() -> None:
    assert one("none", (f"3 {A} master 5000", f"4 {B} master 5000")).startswith(f"monitor {B} 4 ")


def test_a_member_of_the_past_is_monitored_only_while_a_sentinel_that_runs_names_it() -> None:
    """Scaled down with the master on a pod that goes: without this Sentinel there may be no majority to move it."""
    past, said = "past 10.96.9.99\n", "4 10.96.9.99 master 5000"
    require("mawk")

    def asked(state: str, others: tuple[str, str]) -> str:
        return decide(AWKS["mawk"], "sentinel", [text((state, 0, others, ("silent",) * 3)) + past])[0]

    for state in ("none", "unknown 3 10.96.9.99"):
        assert asked(state, (said, "silent")).startswith("monitor 10.96.9.99 4 ")
        assert asked(state, ("silent", "silent")).startswith("wait ")
    assert one("none", (said, said)).startswith("wait ")


def test_the_new_epoch_of_a_leader_is_never_taken_with_the_old_address(
    decided: list[tuple[Set, list[str]]],
) -> None:
    """Hellos of an equal epoch change nothing: such a Sentinel would monitor the old master for ever."""

    def wrong(said: Set, action: list[str]) -> bool:
        told = {s.split()[0] for s in said[2] if s != "silent" and "failover_in_progress" not in s}
        told |= {said[0].split()[1]} if said[0].startswith("known") else set()
        return action[0] == "monitor" and action[2] not in told | {"0"}

    assert not [(s, a) for s, a in decided if wrong(s, a)][:3]


def test_a_sentinel_without_memory_waits_for_the_end_of_the_only_ones_failover() -> None:
    leads = f"4 {A} master,failover_in_progress,force_failover 5000"
    peers = ("master 7 1 900", "master 7 1 900", f"replica 7 {A} up 0")
    assert one("none", (leads, "silent"), peers, waited=9).startswith("wait ")
    assert one("none", (leads, f"4 {B} master 5000"), peers).startswith(f"monitor {B} 4 ")
    assert one("none", (leads, f"3 {A} master 5000"), peers).startswith(f"monitor {A} 3 ")


def test_a_sentinel_waits_where_an_empty_replica_would_be_promoted() -> None:
    empty = ("silent", f"replica 0 {A} down -1", "silent")
    assert one(f"known 3 {A}", ("silent", "silent"), empty, waited=59).startswith("wait ")
    assert one(f"known 3 {A}", ("silent", "silent"), empty, waited=60).startswith(f"monitor {A} 3 ")
    # A master is there, or the replica holds or loads data: nothing is to be waited for.
    for peers in (
        ("master 7 0 900", f"replica 0 {A} down -1", "silent"),
        ("silent", f"replica 0 {A} down -1", "master 7 0 900"),
        ("silent", f"replica 7 {A} down -1", "silent"),
        ("silent", f"replica loading {A} down -1", "silent"),
    ):
        assert one(f"known 3 {A}", ("silent", "silent"), peers).startswith(f"monitor {A} 3 ")
