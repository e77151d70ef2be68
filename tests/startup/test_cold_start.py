"""Several pods deciding at once, from cold states, over time: a small model of everything but the decision.

The model is what a pod can find: its volume, whether its node is there, when its container starts, what the
Sentinels remember. The decisions are the real ones of redis-decide.sh. Time goes in seconds, and each second
every pod that is still deciding decides on the same view; pods that started as replica or master stay so (no
Sentinel moves them), which is the harder case: no one mends a wrong start.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from random import Random

import pytest

from .conftest import AWKS, decide, require

MEMBERS = ("10.96.0.10", "10.96.0.11", "10.96.0.12")
ABSENT = 10_000
SECONDS = 90


@dataclass
class Member:
    """One pod: what its volume holds and what it was last, and when its container starts."""

    keys: int
    last: str
    starts: int
    role: str = ""
    master: str = ""
    said: str = ""


@dataclass
class World:
    members: list[Member]
    # The address that all Sentinels name from their own volumes, if they have any, and when they start.
    remembered: str = ""
    sentinels_start: int = 0
    log: list[str] = field(default_factory=list)

    def facts(self, me: int, now: int) -> str:
        member = self.members[me]
        lines = [f"self {MEMBERS[me]} {me}", *(f"member {m}" for m in MEMBERS), "sentinels 3"]
        lines += [f"waited {now - member.starts}", f"volume {'data' if member.last != 'none' else 'empty'}"]
        lines += [f"last {member.last}", "person none", "promotion no"]
        if self.remembered and now >= self.sentinels_start:
            lines += [f"sentinel s{i} 3 {self.remembered} master 5000" for i in range(3)]
        for i, other in enumerate(self.members):
            if i == me or not other.role:
                continue
            if other.role == "master":
                attached = sum(m.role == "replica" and m.master == MEMBERS[i] for m in self.members)
                lines.append(f"peer {MEMBERS[i]} master {other.keys} {attached} 0")
            else:
                lines.append(f"peer {MEMBERS[i]} replica {other.keys} {other.master} down -1")
        return "\n".join(lines) + "\n"

    def deciding(self, now: int) -> list[int]:
        return [i for i, m in enumerate(self.members) if not m.role and now >= m.starts]

    def act(self, me: int, action: str) -> None:
        word, reason = action.split(" ", 1)
        member = self.members[me]
        member.said = action
        if word == "master":
            member.role = "master"
        elif word == "replica":
            member.role, member.master = "replica", reason.split(" ", 1)[0]


def run(worlds: list[World]) -> None:
    """All worlds at the same time, so that one awk decides for thousands of pods a second."""
    require(AWKS["mawk"][0])
    for now in range(SECONDS):
        asked = [(world, i) for world in worlds for i in world.deciding(now)]
        actions = decide(AWKS["mawk"], "redis", [world.facts(i, now) for world, i in asked]) if asked else []
        for (world, i), action in zip(asked, actions, strict=True):
            world.act(i, action)


def histories() -> list[list[tuple[int, str]]]:
    """(keys, last role) of the three volumes after lives that can have happened."""
    a, b, c = MEMBERS
    fresh = [(0, "none")] * 3
    lives = [fresh]
    for leader, address in enumerate(MEMBERS):
        whole = [(7, "master" if i == leader else f"replica {address}") for i in range(3)]
        lives.append(whole)
        # One volume lost, or two.
        for lost in range(3):
            lives.append([(0, "none") if i == lost else v for i, v in enumerate(whole)])
            lives.append([v if i == lost else (0, "none") for i, v in enumerate(whole)])
    # A stale master that died before the failover, from each to each.
    for stale, leader in product(range(3), repeat=2):
        if stale != leader:
            lives.append(
                [
                    (7, "master") if i in (stale, leader) else (7, f"replica {MEMBERS[leader]}")
                    for i in range(3)
                ]
            )
    assert (a, b, c) == MEMBERS
    return lives


def worlds(remembered: bool) -> list[World]:
    random = Random(7)
    made = []
    for life in histories():
        masters = [MEMBERS[i] for i, (_, last) in enumerate(life) if last == "master"]
        followed = [last.split()[1] for _, last in life if last.startswith("replica")]
        for starts in [
            (0, 0, 0),
            *product((0, 3, 20), repeat=3),
            (0, 0, ABSENT),
            (ABSENT, 0, 0),
            (0, ABSENT, 0),
        ]:
            name = (followed + masters)[0] if remembered and masters else ""
            members = [Member(keys, last, start) for (keys, last), start in zip(life, starts, strict=True)]
            made.append(World(members, name, random.choice((0, 2, 4, 12))))
    return made


@pytest.fixture(scope="module", params=[False, True], ids=["sentinels forgot", "sentinels remember"])
def lived(request: pytest.FixtureRequest) -> list[World]:
    made = worlds(request.param)
    run(made)
    return made


def masters(world: World) -> list[Member]:
    return [m for m in world.members if m.role == "master"]


def test_two_pods_never_both_become_master(lived: list[World]) -> None:
    assert not [w for w in lived if len(masters(w)) > 1][:1]


def test_an_empty_volume_never_leads_while_another_present_one_holds_data(lived: list[World]) -> None:
    """The limit: when the Sentinels forgot everything and two of three volumes are gone as well, the third one
    may come too late (BOOTSTRAP_AFTER), or be a last master that no one stands behind and that stays silent.
    The alternative is a first install that needs a person whenever one pod cannot be scheduled."""
    for world in lived:
        if not world.remembered and sum(m.keys > 0 for m in world.members) == 1:
            continue
        for leader in masters(world):
            others = [m for m in world.members if m is not leader and m.starts != ABSENT]
            assert leader.keys or not any(m.keys for m in others), world


def test_whoever_does_not_start_says_what_a_person_must_do(lived: list[World]) -> None:
    for world in lived:
        for member in world.members:
            if not member.role and member.starts <= 20:
                assert member.said.startswith("help ") and "a person must" in member.said, world


def test_a_first_install_ends_with_ordinal_0_as_master_however_late_a_pod_starts(lived: list[World]) -> None:
    installs = [w for w in lived if all(m.last == "none" for m in w.members)]
    assert installs
    for world in installs:
        if all(m.starts != ABSENT for m in world.members) or world.members[0].starts != ABSENT:
            assert next(m.role for m in world.members if m.starts != ABSENT) == "master", world


def test_a_cold_restart_with_all_volumes_ends_with_the_last_master(lived: list[World]) -> None:
    """Also when another pod remembers being master from an earlier life, and in any order of starts."""
    whole = [
        w for w in lived if all(m.keys for m in w.members) and all(m.starts != ABSENT for m in w.members)
    ]
    assert whole
    for world in whole:
        followed = next(m.last.split()[1] for m in world.members if m.last.startswith("replica"))
        assert [MEMBERS[i] for i, m in enumerate(world.members) if m.role == "master"] == [followed], world
        assert all(m.master == followed for m in world.members if m.role == "replica"), world
