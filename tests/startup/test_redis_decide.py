"""Laws of redis-decide.sh, over every combination of facts for three pods, in both kinds of awk."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from typing import TYPE_CHECKING

import pytest

from .conftest import AWKS, decide, require

if TYPE_CHECKING:
    from collections.abc import Iterator

A, B, C = "10.96.0.10", "10.96.0.11", "10.96.0.12"
MEMBERS = (A, B, C)
FOR_EVER = 100_000


@dataclass(frozen=True)
class Facts:
    """One set of facts as pod `me` gathers them."""

    me: str = A
    waited: int = 0
    volume: str = "data"
    storage: str = "claim"
    last: str = "none"
    person: str = "none"
    promotion: str = "no"
    sentinels: tuple[str, ...] = ("silent", "silent", "silent")
    peers: tuple[str, ...] = ("silent", "silent")
    past: str = ""
    """A member of the past, and after a blank what it answers."""

    @property
    def others(self) -> tuple[str, ...]:
        return tuple(address for address in MEMBERS if address != self.me)

    def __str__(self) -> str:
        lines = [f"self {self.me} {MEMBERS.index(self.me)}", *(f"member {m}" for m in MEMBERS), "sentinels 3"]
        lines += [
            f"waited {self.waited}",
            f"volume {self.volume}",
            f"storage {self.storage}",
            f"last {self.last}",
        ]
        lines += [f"person {self.person}", f"promotion {self.promotion}"]
        lines += [f"sentinel s{i} {said}" for i, said in enumerate(self.sentinels)]
        lines += [f"peer {who} {said}" for who, said in zip(self.others, self.peers, strict=True)]
        if self.past:
            lines += [f"past {self.past.split()[0]}", f"peer {self.past}"]
        return "\n".join(lines) + "\n"

    # What the laws speak of, derived here a second time and in another way than in the script.
    def answers(self) -> list[tuple[int, str, str]]:
        split = [said.split() for said in self.sentinels if said != "silent"]
        return [(int(epoch), master, flags) for epoch, master, flags, _ in split if master in MEMBERS]

    def named(self) -> str | None:
        """What a majority answered, by votes of the highest epoch; None below a majority."""
        answers = self.answers()
        if len(answers) < 2:
            return None
        top = max(epoch for epoch, _, _ in answers)
        votes = [master for epoch, master, _ in answers if epoch == top]
        most = max(votes.count(m) for m in MEMBERS)
        winners = [m for m in MEMBERS if votes.count(m) == most]
        return winners[0] if len(winners) == 1 else "split"

    def peers_with_data(self) -> list[str]:
        return [p for p in self.peers if p != "silent" and p.split()[1] != "0"]

    def live_replica(self) -> bool:
        split = [p.split() for p in self.peers if p.startswith("replica")]
        return any(p[2] == self.me and (p[3] == "up" or int(p[4]) >= 0) for p in split)

    def running_masters(self) -> list[str]:
        return [who for who, p in zip(self.others, self.peers, strict=True) if p.startswith("master")]


def sentinel(master: str, epoch: int = 3, flags: str = "master", down_after: int = 5000) -> str:
    return f"{epoch} {master} {flags} {down_after}"


def every_combination() -> Iterator[Facts]:
    """What three Sentinels, two peers, the volume and the clock can say: about 150,000 sets."""
    for me in (A, B):
        other, third = (m for m in MEMBERS if m != me)
        answers = (
            "silent",
            sentinel(me),
            sentinel(other),
            sentinel(me, flags="s_down,o_down,master,failover_in_progress"),
            sentinel(third, epoch=4),
            sentinel("10.96.9.99"),
        )
        trios = [t for t in product(answers, repeat=3) if list(t) == sorted(t, key=answers.index)]
        peer = (
            "silent",
            "master 0 0 0",
            "master 7 1 900",
            f"replica 7 {me} up 0",
            f"replica 7 {me} down 4",
            f"replica 7 {me} down -1",
            f"replica 0 {me} down -1",
            f"replica loading {me} down -1",
            f"replica 7 {other} up 0",
            f"replica 7 {third} down -1",
        )
        for trio, first, second in product(trios, peer, peer):
            if first.endswith(f" {other} up 0") or second.endswith(f" {third} down -1"):
                continue  # no one replicates itself
            for volume, last in (("data", "master"), ("data", f"replica {other}"), ("data", "none"),
                                 ("data", "unknown"), ("empty", "none"), ("empty", "master")):  # fmt: skip
                for waited in (0, FOR_EVER):
                    yield Facts(me, waited, volume, "claim", last, "none", "no", trio, (first, second))


@cache
def decisions(kind: str) -> list[tuple[Facts, list[str]]]:
    require(AWKS[kind][0])
    sets = list(every_combination())
    return list(
        zip(sets, (line.split() for line in decide(AWKS[kind], "redis", [str(s) for s in sets])), strict=True)
    )


@pytest.fixture(params=AWKS)
def decided(request: pytest.FixtureRequest) -> list[tuple[Facts, list[str]]]:
    return decisions(request.param)


def one(facts: Facts, kind: str = "mawk") -> str:
    require(AWKS[kind][0])
    return decide(AWKS[kind], "redis", [str(facts)])[0]


def broken(decided: list[tuple[Facts, list[str]]], law: object) -> list[str]:
    return [f"{facts}-> {' '.join(action)}" for facts, action in decided if not law(facts, action)][:3]  # type: ignore[operator]


def test_there_are_thousands_of_combinations(decided: list[tuple[Facts, list[str]]]) -> None:
    assert len(decided) > 50_000
    assert {action[0] for _, action in decided} == {"wait", "help", "master", "replica", "failover"}


def test_both_kinds_of_awk_decide_alike() -> None:
    assert decisions("mawk") == decisions("busybox")


def test_never_master_on_an_empty_volume_while_a_peer_holds_data(
    decided: list[tuple[Facts, list[str]]],
) -> None:
    assert not broken(
        decided, lambda f, a: not (a[0] == "master" and f.volume == "empty" and f.peers_with_data())
    )


def test_never_master_beside_a_live_replica_of_its_own(decided: list[tuple[Facts, list[str]]]) -> None:
    assert not broken(decided, lambda f, a: not (a[0] == "master" and f.live_replica()))


def test_never_master_beside_a_running_master(decided: list[tuple[Facts, list[str]]]) -> None:
    assert not broken(decided, lambda f, a: not (a[0] == "master" and f.running_masters()))


def test_never_master_while_a_majority_names_it_and_a_failover_is_under_way(
    decided: list[tuple[Facts, list[str]]],
) -> None:
    def law(f: Facts, a: list[str]) -> bool:
        electing = any("failover_in_progress" in flags for _, _, flags in f.answers())
        return not (a[0] == "master" and len(f.answers()) >= 2 and electing)

    assert not broken(decided, law)


def test_never_master_against_a_majority_of_sentinels(decided: list[tuple[Facts, list[str]]]) -> None:
    assert not broken(decided, lambda f, a: a[0] != "master" or f.named() in (None, f.me))


def test_without_a_majority_of_sentinels_a_master_needs_a_majority_of_members_behind_it(
    decided: list[tuple[Facts, list[str]]],
) -> None:
    def law(f: Facts, a: list[str]) -> bool:
        if a[0] != "master" or len(f.answers()) >= 2:
            return True
        nobody_else = not f.peers_with_data()
        if f.volume == "empty":
            remembered = [said for said in f.sentinels if said != "silent"]
            return nobody_else and len([p for p in f.peers if p != "silent"]) >= (2 if remembered else 1)
        backing = [p for p in f.peers_with_data() if p.split()[2] == f.me]
        was_it = f.last == "master" or (f.last == "none" and f.me == A)
        return was_it and (bool(backing) or (nobody_else and "silent" not in f.peers))

    assert not broken(decided, law)


def test_an_empty_master_needs_to_have_heard_every_other_member_when_the_sentinels_name_it(
    decided: list[tuple[Facts, list[str]]],
) -> None:
    def law(f: Facts, a: list[str]) -> bool:
        return not (a[0] == "master" and f.volume == "empty" and f.answers() and "silent" in f.peers)

    assert not broken(decided, law)


def test_a_replica_of_the_sentinels_choice_that_holds_data_starts_at_once_beside_whoever_runs_with_data(
    decided: list[tuple[Facts, list[str]]],
) -> None:
    def law(f: Facts, a: list[str]) -> bool:
        if f.volume == "empty" or f.named() in (None, f.me, "split"):
            return True
        if f.named() in f.running_masters() or f.peers_with_data() or f.waited == FOR_EVER:
            return a[:2] == ["replica", f.named()]
        return a[:2] == ["wait", f.named()]

    assert not broken(decided, law)


def test_a_replica_gives_the_last_master_that_is_away_the_time_of_a_hand_over_to_come_back() -> None:
    """It has what it acknowledged when this one had stopped already, and Sentinel promotes whoever runs."""
    away = Facts(me=B, last=f"replica {A}", sentinels=(f"0 {A} master 5000",) * 3)
    assert one(replace(away, waited=19)).startswith(f"wait {A} is not back")
    assert one(replace(away, waited=20)).startswith(f"replica {A} ")
    assert one(replace(away, peers=("silent", f"replica 7 {A} down -1"))).startswith(f"replica {A} ")


@pytest.mark.parametrize(("unheard", "flags"), [(2000, "master"), (0, "s_down,master")])
def test_a_replica_waits_while_a_majority_of_sentinels_does_not_hear_the_master_that_runs(
    unheard: int, flags: str
) -> None:
    hears, deaf = f"0 {A} master 5000 2 2 300", f"0 {A} {flags} 5000 2 2 {unheard}"
    back = Facts(me=B, last=f"replica {A}", sentinels=(hears, deaf, deaf), peers=("master 7 0 900", "silent"))
    assert one(back).startswith(f"wait {A} runs, and 2 Sentinels")
    # Longer than for a master that is away: by names their links take more than the 20 s of that.
    assert one(replace(back, waited=59)).startswith(f"wait {A} runs, and 2 Sentinels")
    assert one(replace(back, waited=60)).startswith(f"replica {A} ")
    assert one(replace(back, sentinels=(hears, hears, deaf))).startswith(f"replica {A} ")


def test_an_empty_volume_starts_beside_sentinels_only_when_it_cannot_be_promoted_over_data(
    decided: list[tuple[Facts, list[str]]],
) -> None:
    def law(f: Facts, a: list[str]) -> bool:
        if a[0] != "replica" or f.volume == "data" or not f.answers() or a[1] in f.running_masters():
            return True
        return not f.peers_with_data() and ("silent" not in f.peers or f.waited == FOR_EVER)

    assert not broken(decided, law)


def test_an_empty_volume_waits_a_minute_for_those_who_may_hold_data_and_longer_for_those_who_do() -> None:
    holder, stays = f"replica 7 {A} down -1", f"{A} does not run as master, and my empty volume"
    for sentinels in ((sentinel(A),) * 3, (sentinel(A), "silent", "silent")):
        alone = Facts(me=B, volume="empty", sentinels=sentinels, peers=("silent", "silent"))
        assert one(replace(alone, waited=59)).startswith(f"wait {stays}")
        assert one(replace(alone, waited=60)).startswith(f"replica {A} ")
        beside = replace(alone, waited=60, peers=("silent", holder))
        assert one(beside).startswith(f"help {stays}")
        assert one(replace(beside, peers=("master 7 1 900", holder))).startswith(f"replica {A} ")


def test_an_empty_dir_waits_only_for_those_who_hold_data_and_an_empty_deployment_for_nobody() -> None:
    facts = Facts(me=B, volume="empty", storage="emptyDir", sentinels=(sentinel(A),) * 3)
    assert one(facts).startswith(f"replica {A} ")
    assert one(replace(facts, peers=("silent", f"replica 7 {A} down 4"))).startswith("wait ")
    empty = replace(facts, storage="claim", peers=(f"replica 0 {C} up 0", f"replica 0 {A} down -1"))
    assert one(empty).startswith(f"replica {A} ")


def test_a_volume_that_was_a_replica_starts_as_one_when_nobody_answers() -> None:
    for me, last in ((A, B), (B, C), (C, A)):
        facts = Facts(me=me, waited=5, last=f"replica {last}")
        assert one(facts).startswith(f"replica {last} ")


def test_a_replica_follows_only_another_member(decided: list[tuple[Facts, list[str]]]) -> None:
    assert not broken(decided, lambda f, a: a[0] != "replica" or a[1] in f.others)


def test_whoever_has_waited_for_long_starts_or_says_what_a_person_must_do(
    decided: list[tuple[Facts, list[str]]],
) -> None:
    def law(f: Facts, a: list[str]) -> bool:
        if a[0] == "help":
            return "a person must" in " ".join(a)
        return f.waited < FOR_EVER or a[0] in ("master", "replica", "failover")

    assert not broken(decided, law)


def test_asking_for_a_promotion_once_is_enough() -> None:
    asked = [replace(f, promotion="asked") for f, a in decisions("mawk") if a[0] == "failover"]
    assert asked
    answers = decide(AWKS["mawk"], "redis", [str(f) for f in asked])
    assert {line.split()[0] for line in answers} == {"help"}
    refused = [replace(f, promotion="refused") for f in asked]
    for facts, line in zip(refused, decide(AWKS["mawk"], "redis", [str(f) for f in refused]), strict=True):
        assert line.startswith("master " if facts.volume == "data" else "help ")


def test_data_is_never_given_up_for_an_empty_master_unless_a_majority_of_sentinels_says_so(
    decided: list[tuple[Facts, list[str]]],
) -> None:
    def law(f: Facts, a: list[str]) -> bool:
        if a[0] != "replica" or f.volume == "empty" or f.answers():
            return True
        followed = f.peers[f.others.index(a[1])]
        return not followed.startswith("master 0")

    assert not broken(decided, law)


def test_the_order_of_the_facts_does_not_matter() -> None:
    sets = [s for i, s in enumerate(every_combination()) if i % 97 == 0]
    turned = ["\n".join(reversed(str(s).strip().splitlines())) + "\n" for s in sets]
    # The members keep their order: it is the order of their ordinals.
    turned = [
        "\n".join(
            [*(f"member {m}" for m in MEMBERS), *(x for x in t.splitlines() if not x.startswith("member"))]
        )
        + "\n"
        for t in turned
    ]
    first, second = (
        decide(AWKS["mawk"], "redis", [str(s) for s in sets]),
        decide(AWKS["mawk"], "redis", turned),
    )
    assert [x.split()[:1] for x in first] == [x.split()[:1] for x in second]


def test_votes_of_the_highest_epoch_win_over_the_order_of_addresses() -> None:
    # A failover from C to A: its leader has the new epoch with the old address.
    leader = sentinel(C, 4, "s_down,o_down,master,failover_in_progress")
    said = (leader, sentinel(A, 4), sentinel(A, 4))
    facts = Facts(me=B, last=f"replica {C}", sentinels=said, peers=("master 7 1 900", "silent"))
    assert one(facts).startswith(f"replica {A} ")


def test_a_stale_majority_loses_against_one_newer_epoch() -> None:
    said = (sentinel(A, 3), sentinel(A, 3), sentinel(B, 4))
    facts = Facts(me=A, last="master", sentinels=said, peers=("master 7 1 900", "silent"))
    assert one(facts).startswith(f"replica {B} ")


def test_the_sentinels_win_over_what_a_restored_volume_remembers() -> None:
    facts = Facts(me=A, last="master", sentinels=(sentinel(B),) * 3, waited=20)
    assert one(facts).startswith(f"replica {B} ")


def test_a_person_can_overrule_the_waiting_but_not_a_running_master_or_the_sentinels() -> None:
    assert one(Facts(volume="empty", person="master", waited=FOR_EVER)).startswith("master ")
    by_sentinels = Facts(person="master", sentinels=(sentinel(B),) * 2 + ("silent",), waited=20)
    assert one(by_sentinels).startswith(f"replica {B} ")
    assert not one(Facts(person="master", peers=("master 7 1 900", "silent"), waited=FOR_EVER)).startswith(
        "master "
    )


def test_down_after_of_the_sentinels_bounds_the_hand_over_wait_and_sixty_seconds_cap_it() -> None:
    def at(waited: int, down_after: int) -> str:
        said = (sentinel(A, down_after=down_after),) * 3
        peers = (f"replica 7 {A} down 4", "silent")
        return one(Facts(last="master", waited=waited, sentinels=said, peers=peers)).split()[0]

    assert (at(19, 5000), at(20, 5000)) == ("wait", "failover")
    assert (at(59, 60_000), at(60, 60_000)) == ("wait", "failover")


@pytest.mark.parametrize(
    "address", ["", "6379", "0.0.24.235", "mymaster", "10.96.0.1", "10.96.0.100", "*", "$(id)"]
)
def test_an_address_that_is_no_member_is_never_followed(address: str) -> None:
    said = (f"9 {address} master 5000",) * 3
    for last in ("master", "none", f"replica {address}", "unknown"):
        for volume in ("data", "empty"):
            facts = Facts(me=B, volume=volume, last=last, waited=FOR_EVER, sentinels=said)
            action = one(facts).split()
            assert action[0] != "replica" or action[1] in facts.others


def test_a_lone_master_is_followed_only_after_a_majority_of_sentinels_had_time_to_answer() -> None:
    for volume in ("data", "empty"):
        facts = Facts(me=B, volume=volume, last=f"replica {C}", peers=("master 7 0 900", "silent"))
        assert one(facts).startswith("wait ")
        assert one(replace(facts, waited=10)).startswith(f"replica {A} ")


UNKNOWN = "10.96.9.99"


def test_no_master_by_its_own_judgement_while_a_sentinel_names_somebody_unknown(
    decided: list[tuple[Facts, list[str]]],
) -> None:
    """Its list may be older than the deployment: then the unknown one is the master, and takes writes."""

    def law(f: Facts, a: list[str]) -> bool:
        unknown = any(UNKNOWN in said for said in f.sentinels)
        return not (a[0] == "master" and unknown and len(f.answers()) < 2)

    assert not broken(decided, law)


def test_a_last_master_whose_list_is_old_stays_down_and_a_person_can_overrule_it() -> None:
    """Scaled up, it died, and a new member was promoted; one of its replicas still follows it."""
    facts = Facts(last="master", sentinels=(sentinel(UNKNOWN, 4),) * 3, peers=(f"replica 7 {A} down -1",) * 2)
    assert one(facts).startswith("wait ")
    asks = one(replace(facts, waited=FOR_EVER))
    assert asks.startswith(f"help a Sentinel names {UNKNOWN}, which is in no list of mine")
    assert one(replace(facts, waited=FOR_EVER, person="master")).startswith("master ")


def test_a_failover_to_somebody_unknown_that_one_sentinel_tells_of_is_waited_for() -> None:
    said = (sentinel(A), sentinel(A), sentinel(UNKNOWN, 4))
    facts = Facts(last="master", sentinels=said)
    assert one(facts).startswith("wait ")
    assert one(replace(facts, waited=10)).startswith("master ")
    older = replace(facts, sentinels=(sentinel(A), sentinel(A), sentinel(UNKNOWN, 2)))
    assert one(older).startswith("master ")


@pytest.mark.parametrize("volume", ["data", "empty"])
def test_a_member_of_the_past_that_a_majority_names_is_followed(volume: str) -> None:
    """Scaled down, and the master is on a pod that goes: it lives for up to a minute."""
    facts = Facts(me=B, volume=volume, last="unknown", sentinels=(sentinel(UNKNOWN),) * 2 + ("silent",))
    there = replace(facts, past=f"{UNKNOWN} master 7 2 900")
    assert one(there).startswith(f"replica {UNKNOWN} ")
    assert not one(replace(facts, past="10.96.9.98 silent")).startswith("replica 10.96.9")


def test_an_empty_replica_does_not_start_under_a_member_of_the_past_that_is_gone() -> None:
    facts = Facts(me=B, volume="empty", sentinels=(sentinel(UNKNOWN),) * 3, past=f"{UNKNOWN} silent")
    assert not one(facts).startswith("replica")


def test_a_member_of_the_past_counts_for_nothing() -> None:
    """Neither as one of those who must stand behind a last master, nor as one who was heard."""
    alone = Facts(last="master", waited=FOR_EVER)
    assert one(replace(alone, past=f"{UNKNOWN} replica 7 {A} down -1")) == one(alone)
    empty = Facts(volume="empty", waited=FOR_EVER, peers=("replica 0 x down -1", "silent"))
    assert one(replace(empty, past=f"{UNKNOWN} replica 0 x down -1")) == one(empty)


def test_a_volume_that_cannot_be_loaded_follows_a_majoritys_running_master_only(awk: tuple[str, ...]) -> None:
    """Over every combination of the others: it never leads, never asks for a failover, and says what is wrong."""
    sets = [replace(facts, volume="unusable", person=person)
            for facts in every_combination() if facts.volume == "data" and facts.last == "none"
            for person in ("none", "master")]  # fmt: skip
    told = [f"{facts}trouble dump.rdb cannot be loaded\nremedy bring back a good one\n" for facts in sets]
    for facts, said in zip(sets, decide(awk, "redis", told), strict=True):
        top = max((epoch for epoch, _, _ in facts.answers()), default=0)
        votes = [master for epoch, master, _ in facts.answers() if epoch == top]
        followed = [master for master in facts.running_masters() if votes.count(master) >= 2]
        if followed:
            assert said.startswith(f"replica {followed[0]} "), facts
        else:
            how = "help" if facts.waited else "wait"
            assert said.startswith(f"{how} dump.rdb cannot be loaded"), facts
            assert not facts.waited or said.endswith("; a person must bring back a good one")
