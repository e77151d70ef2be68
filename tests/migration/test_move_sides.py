"""What the answers of both sides mean, and what is rendered for a move."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from redismanifests.core.sources.source import source_from_text
from redismanifests.errors import RedismanifestsError
from redismanifests.judge.review import review_of
from redismanifests.present.moving import moving
from redismanifests.present.writers import written
from redismanifests.profile.form import profile_from
from redismanifests.prove.moving.cut import UnfinishedError, back, cut, named
from redismanifests.prove.moving.sides import Changes, Phase, obstacles, read_facts
from redismanifests.prove.rehearse.bench.backup.migration import moves, without_migration
from redismanifests.prove.toycluster.objects import Objects

from .conftest import FILES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

OLD = """# Server
redis_version:7.0.15
role:master
master_repl_offset:5000
rdb_changes_since_last_save:7
rdb_last_save_time:100
db0:keys=12,expires=0,avg_ttl=0
"""
OWN = """redis_version:8.2.1
role:slave
master_host:old
master_link_status:up
slave_repl_offset:4990
master_repl_offset:4990
slave0:ip=10.0.0.2,port=6379,state=online,offset=4990,lag=0
slave1:ip=10.0.0.3,port=6379,state=online,offset=4980,lag=1
db0:keys=12,expires=0,avg_ttl=0
db3:keys=1,expires=0,avg_ttl=0
"""


def said(
    old: str = OLD,
    own: str = OWN,
    *,
    limits: str = "min-slaves-to-write\n1\n",
    move: str = "",
    trouble: str = "PONG",
) -> str:
    return f"== old\n{old}== limits\n{limits}== trouble\n{trouble}\n== own\n{own}== move\n{move}== held\n1000000\n"


MASTER = OWN.replace("role:slave", "role:master")
CUT = "former 1 10\nold 5000 7 100\nown 5000 0 90\npromoted\n"
REFUSES = "min-slaves-to-write\n1000000\n"
PHASES = [
    (said(), Phase.FOLLOWING),
    (said(own=""), Phase.UNKNOWN),
    (said(own=MASTER), Phase.UNKNOWN),
    (said(own=MASTER, move=CUT), Phase.HALF_CUT),
    (said(own=MASTER, move="former 1 10\nold 5000 7 100\n"), Phase.HALF_CUT),
    (said(move="old 5000 7 100\n"), Phase.FOLLOWING),
    (said(own=MASTER, move=CUT, limits=REFUSES), Phase.CUT),
    (said(own=MASTER, move=CUT + "returned\n"), Phase.RETURNED),
    (said(own=MASTER, move=CUT, old=""), Phase.UNKNOWN),
    (said(move=f"{CUT}over\n"), Phase.OVER),
    (said(move=f"{CUT}over\n", old=""), Phase.OVER),
    (said(move=CUT), Phase.BROKEN_OFF),
    (said(move=CUT, limits=REFUSES), Phase.BROKEN_OFF),
    (said(move=CUT, old=""), Phase.UNKNOWN),
]


@pytest.mark.parametrize(("text", "phase"), PHASES)
def test_every_phase_is_known_by_its_facts(text: str, phase: Phase) -> None:
    found = read_facts(text, "old")
    assert found.phase is phase
    shown = moving("redis in shop", found, obstacles(found, 3))
    assert shown.data["phase"] == phase.value


OBSTACLES: Mapping[str, tuple[str, str]] = {
    "none": (said(), ""),
    "no own": (said(own=""), "the first pod does not answer"),
    "no old": (said(old="", trouble="NOAUTH Authentication required."), "old does not answer: NOAUTH"),
    "replica": (said(old=OLD.replace("role:master", "role:slave\nmaster_host:x")), "old is no master"),
    "managed": (said(limits="ERR unknown command\n"), "does not let this account"),
    "master": (said(own=MASTER), "no cut made it one"),
    "link": (said(own=OWN.replace("status:up", "status:down")), "link of the first pod to old is down"),
    "behind": (said(old=OLD.replace("5000", "9000000")), "8995010 bytes behind the old master"),
    "one replica": (said(own=OWN.replace("10.0.0.3,port=6379,state=online", "x,state=wait_bgsave")), "1 of 2 replicas"),
    "slow replica": (said(own=OWN.replace("offset:4990", "offset:2000000")), "is 1995020 bytes behind the first pod"),
}  # fmt: skip


@pytest.mark.parametrize("case", OBSTACLES)
def test_a_cut_names_what_stands_in_its_way(case: str) -> None:
    text, expected = OBSTACLES[case]
    found = obstacles(read_facts(text, "old"), 3)
    assert expected in "; ".join(found) if expected else found == ()


@pytest.mark.parametrize(
    ("later", "same"),
    [
        (Changes(50, 9, 300), True),
        (Changes(64, 5, 200), True),
        (Changes(64, 6, 200), False),
        (Changes(64, 0, 300), None),
    ],
)
def test_a_write_is_told_from_pings_and_hidden_by_a_save(later: Changes, same: bool | None) -> None:
    assert Changes(50, 5, 200).same_data(later) is same


class Answers:
    """A first pod that gives these answers, one after the other, and the last one again and again."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)

    def run(self, *arguments: str, limit_s: float = 30) -> str:
        del arguments, limit_s
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class Verbs:
    """A first pod that answers each verb: facts are these, and the Sentinels name it."""

    def __init__(self, facts: str) -> None:
        self.facts, self.asked = facts, list[str]()

    def run(self, *arguments: str, limit_s: float = 30) -> str:
        del limit_s
        self.asked.append(arguments[0])
        return {"facts": self.facts, "named": "named 3 me me"}.get(arguments[0], "")


PLAIN = "name: redis\nnamespace: shop\n"
PROFILE = profile_from(source_from_text("profile.yaml", PLAIN))
MOVING = profile_from(source_from_text("profile.yaml", f"{PLAIN}migration: {{from: {{host: old}}}}\n"))


def test_the_sentinels_may_start_one_after_the_other() -> None:
    said: list[str] = []
    pod = Answers("failed my own address is not known", "named 0 - me", "named 1 me me", "named 2 me me")
    assert named(pod, PROFILE, said.append, poll_s=0) == "me"
    assert said == ["2 of 3 Sentinels name me"]


def test_a_failover_that_follows_a_cut_at_once_is_its_result_and_not_a_time_out() -> None:
    said: list[str] = []
    pod = Answers("named 3 other me", "named 1 other me", "named 2 other me")
    assert named(pod, PROFILE, said.append, poll_s=0) == "other"
    assert "a failover followed the cut" in said[0]


def test_a_failover_under_way_is_waited_for() -> None:
    pod = Answers(*["named 3 other me"] * 3, "named 3 me me")
    assert named(pod, PROFILE, [].append, poll_s=0) == "me"


def test_what_was_seen_last_is_in_the_message_of_a_time_out() -> None:
    with pytest.raises(UnfinishedError, match="1 of 3 answer, and name me"):
        named(Answers("named 1 me me"), PROFILE, [].append, limit_s=0, poll_s=0)


def test_of_several_failures_the_first_is_the_reason() -> None:
    steps = "failed the old master did not pause: NOPERM\nfailed the old master does not answer\ntook 10\n"
    with pytest.raises(UnfinishedError, match="given up: the old master did not pause: NOPERM"):
        cut(Answers(said(), steps), PROFILE, 4000, [].append)


def test_a_cut_that_was_killed_before_it_was_compared_lets_an_old_side_with_writes_go_on() -> None:
    """The old side refuses, and the note that it took no write after the promotion is not there."""
    wrote = OLD.replace(":5000", ":5999").replace("save:7", "save:9")
    pod = Verbs(said(old=wrote, own=MASTER, move=CUT, limits=REFUSES))
    with pytest.raises(UnfinishedError, match="took writes after this side was promoted"):
        cut(pod, PROFILE, 4000, [].append)
    assert pod.asked == ["facts", "facts", "lift"]


def test_a_cut_that_was_compared_is_completed_without_a_second_look() -> None:
    """A key that expires on the old side is no write, and counts like one."""
    expired = OLD.replace(":5000", ":5999").replace("save:7", "save:9")
    pod = Verbs(said(old=expired, own=MASTER, move=f"{CUT}same\n", limits=REFUSES))
    assert cut(pod, PROFILE, 4000, [].append).master == "me"
    assert pod.asked[:3] == ["facts", "unpause", "settle"]


def test_a_cut_that_was_killed_after_the_refusal_is_completed_also_after_a_failover() -> None:
    pod = Verbs(said(move=CUT, limits=REFUSES))
    assert cut(pod, PROFILE, 4000, [].append).master == "me"
    assert pod.asked == ["facts", "kept", "unpause", "named", "facts", "over"]


@pytest.mark.parametrize(
    ("limits", "fact"),
    [("min-slaves-to-write\n1\n", "old takes writes"), (REFUSES, "the old master took writes after")],
)
def test_writes_of_the_old_side_that_are_not_here_are_named_also_after_a_failover(
    limits: str, fact: str
) -> None:
    wrote = OLD.replace(":5000", ":5999").replace("save:7", "save:9")
    pod = Verbs(said(old=wrote, move=CUT, limits=limits))
    with pytest.raises(UnfinishedError, match=fact):
        cut(pod, MOVING, 4000, [].append)
    assert pod.asked == ["facts"]
    with pytest.raises(RedismanifestsError, match="unknown whether a write was taken here"):
        back(pod, MOVING, [].append)


@pytest.mark.parametrize(
    ("text", "left"), [(said(), False), (said(own=MASTER, move=CUT, limits=REFUSES), True)]
)
def test_after_a_cut_the_status_says_that_migration_must_go(text: str, left: bool) -> None:
    shown = moving("redis in shop", read_facts(text, "old"), ())
    assert ("remove migration from the profile" in written(shown, "text")) is left


def rendered(*lines: str) -> dict[str, Any]:
    text = "\n".join(("name: redis", "namespace: shop", *lines, ""))
    objects = review_of(source_from_text("profile.yaml", text)).accepted().objects
    return {f"{each.manifest['kind']}/{each.manifest['metadata']['name']}": each.manifest for each in objects}


def test_a_move_changes_scripts_and_a_mount_and_a_rehearsal_takes_them_out() -> None:
    plain = rendered("auth: {mode: password}")
    moved = rendered("auth: {mode: password}", "migration: {from: {host: old, secretName: old-redis}}")
    assert plain.keys() == moved.keys()
    changed = {name for name in plain if plain[name] != moved[name]}
    assert {"ConfigMap/redis-config", "ConfigMap/redis-sentinel-config", "StatefulSet/redis"} <= changed
    assert not {name for name in changed if name.startswith(("Service/", "PodDisruptionBudget/"))}
    scripts = (
        moved["ConfigMap/redis-config"]["data"].keys()
        | moved["ConfigMap/redis-sentinel-config"]["data"].keys()
    )
    assert set(FILES.values()) <= scripts
    objects = Objects.of(list(moved.values()))
    left = without_migration(objects)
    assert moves(objects)
    assert not moves(left)
    by_name = {f"{each['kind']}/{each['metadata']['name']}": each for each in left.items}
    for name in ("ConfigMap/redis-config", "ConfigMap/redis-sentinel-config"):
        assert by_name[name]["data"] == plain[name]["data"]
    spec = by_name["StatefulSet/redis"]["spec"]["template"]["spec"]
    assert spec["volumes"] == plain["StatefulSet/redis"]["spec"]["template"]["spec"]["volumes"]


def test_the_account_of_the_hand_over_may_set_a_role_down_only_during_a_move() -> None:
    rights = {
        move: rendered("auth: {mode: acl}", *([f"migration: {{from: {{host: {move}}}}}"] if move else []))[
            "ConfigMap/redis-config"
        ]["data"]["redis.conf"]
        for move in ("", "old")
    }
    assert "+config|set" not in rights[""]
    assert "+config|rewrite +config|set +replicaof" in rights["old"]
