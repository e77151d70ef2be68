"""A healthy deployment passes every probe, and each probe sees the fault that it is there for, and only that."""

from __future__ import annotations

import asyncio
import copy
import json
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from redismanifests.profile.formulas.configuration.directive_value import memory_bytes
from redismanifests.prove.checks.askable import Answer
from redismanifests.prove.checks.desired import Desired
from redismanifests.prove.checks.index import PROBES, TOPOLOGY
from redismanifests.prove.checks.look import Round, groups
from redismanifests.prove.checks.probe import Confidence, Outcome, Status, probe
from redismanifests.prove.checks.remedy import NOT_AS_ASKED
from redismanifests.prove.result.reading import as_read

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from redismanifests.core.object import Object
    from redismanifests.prove.checks.look import Look

HEALTHY = json.loads(Path(__file__).with_name("healthy.json").read_text(encoding="utf-8"))
_KEY = "redismanifests:probe:"


class Recorded:
    """A deployment that answers as a healthy one did (record.py), and as a test changes it."""

    def __init__(self) -> None:
        self.answers = {
            (pod, _words(argv)): (code, output) for pod, _, argv, code, output in HEALTHY["answers"]
        }
        self.live: dict[str, Any] = copy.deepcopy(HEALTHY["live"])
        self.asked: list[tuple[str, str]] = []
        self._written = ""

    async def get(self, kind: str, name: str) -> Object | None:
        found: Object | None = self.live.get(f"{kind}/{name}")
        return found

    async def exec(self, pod: str, container: str, argv: Sequence[str], limit_s: float) -> Answer:
        self.asked.append((pod, _words(argv)))
        if "SET" in argv:
            self._written = argv[argv.index("SET") + 2]
        code, output = self.answers.get((pod, _words(argv)), (1, f"{pod} is gone"))
        return Answer(code, self._written if output == "WRITTEN" else output)

    def edit(self, pattern: str, command: str, old: str, new: str) -> None:
        """Change what the pods that match answer to a command."""
        changed = 0
        for (pod, words), (code, output) in self.answers.items():
            if re.fullmatch(pattern, pod) and words == command:
                text, number = re.subn(old, new, output, flags=re.MULTILINE)
                self.answers[pod, words] = code, text
                changed += number
        assert changed, f"nothing to change in {command} of {pattern}"


def _words(argv: Sequence[str]) -> str:
    """A command without what differs each time."""
    words = [word for word in argv if word not in ("redis-cli", "-p", "6379", "26379")]
    if len(words) > 1 and words[1].startswith(_KEY):
        words = words[:1]
    return " ".join(words)


def asked(change: Callable[[Recorded], None], objects: list[Any] | None = None) -> dict[str, Outcome]:
    """The outcomes by name, after a change."""
    recorded = Recorded()
    for key, (code, _) in list(recorded.answers.items()):
        if key[1] == "GET":
            recorded.answers[key] = code, "WRITTEN"
    change(recorded)

    async def work() -> tuple[Outcome, ...]:
        return await Round(recorded, Desired.of(objects or HEALTHY["objects"])).outcomes(PROBES)

    return {outcome.name: outcome for outcome in asyncio.run(work())}


def failed(outcomes: dict[str, Outcome]) -> set[str]:
    return {name for name, outcome in outcomes.items() if outcome.status is Status.FAILED}


_MASTERS, _CONFIG = "SENTINEL MASTERS", "CONFIG GET *"
_REPLICAS = "SENTINEL REPLICAS mymaster"


def _field(name: str) -> str:
    """A reply of names and values: the value after a name."""
    return rf"(?<=^{name}\n).*$"


FAULTS: dict[str, tuple[str, str, str, str]] = {
    "replicas-are-attached": ("redis-0", "INFO", "state=online", "state=wait_bgsave"),
    "links-are-up": ("redis-1", "INFO", "master_link_status:up", "master_link_status:down"),
    "replicas-follow-the-master": ("redis-1", "INFO", "(?<=master_replid:).", "x"),
    "replicas-keep-up": ("redis-0", "INFO", "lag=.", "lag=9"),
    "addresses-stay": ("redis-1", _CONFIG, _field("replica-announce-ip"), ""),
    "sentinels-name-the-master": ("redis-sentinel-2", _MASTERS, _field("runid"), "0123"),
    "sentinels-trust-the-master": ("redis-sentinel-0", _MASTERS, _field("flags"), "s_down,master"),
    "sentinels-know-the-replicas": ("redis-sentinel-1", _MASTERS, _field("num-slaves"), "0"),
    "sentinels-know-each-other": ("redis-sentinel-1", _MASTERS, _field("num-other-sentinels"), "3"),
    "sentinels-agree": ("redis-sentinel-1", _MASTERS, _field("config-epoch"), "7"),
    "replicas-could-be-promoted": ("redis-sentinel-0", _REPLICAS, _field("slave-priority"), "0"),
    "no-sentinel-is-in-tilt": ("redis-sentinel-0", "INFO", "sentinel_tilt:0", "sentinel_tilt:1"),
    "timing-is-as-asked": ("redis-sentinel-0", _MASTERS, _field("failover-timeout"), "180000"),
    "a-majority-is-reachable": (
        "redis-sentinel-0",
        "SENTINEL CKQUORUM mymaster",
        "^OK.*",
        "NOQUORUM 1 usable",
    ),
    "ids-are-fixed": ("redis-sentinel-0", "SENTINEL MYID", "^.", "x"),
    "peers-are-healthy": (
        "redis-sentinel-0",
        "SENTINEL SENTINELS mymaster",
        _field("flags"),
        "s_down,sentinel",
    ),
    "save-points-are-as-asked": ("redis-2", _CONFIG, _field("save"), ""),
    "append-only-file-is-as-asked": ("redis-2", _CONFIG, _field("appendfsync"), "always"),
    "append-only-file-is-on-the-volume": ("redis-2", "ls -ln /data/appendonlydir", r"appendonly\.aof", "old"),
    "snapshot-is-on-the-volume": ("redis-2", "ls -ln /data", r"dump\.rdb", "dump.old"),
    "last-writes-to-disk-were-fine": (
        "redis-2",
        "INFO",
        "rdb_last_bgsave_status:ok",
        "rdb_last_bgsave_status:err",
    ),
    "maxmemory-is-as-asked": ("redis-2", _CONFIG, _field("maxmemory-policy"), "allkeys-lru"),
    "memory-is-left": ("redis-2", "INFO", "^used_memory:.*", "used_memory:268000000"),
    "min-replicas-are-as-asked": ("redis-2", _CONFIG, _field("min-replicas-to-write"), "0"),
    "a-write-arrives-everywhere": ("redis-2", "GET", "WRITTEN", "old"),
    "sentinel-finds-its-commands": (
        "redis-1",
        "COMMAND INFO multi exec config client slaveof info ping publish subscribe role script",
        "^config$",
        "",
    ),
    "sentinel-clocks-were-not-set-back": ("redis-sentinel-2", _MASTERS, _field("info-refresh"), "-3592000"),
    "settings-are-as-asked": ("redis-1", _CONFIG, _field("repl-timeout"), "10"),
}
"""Probe -> the pods, the command, and the part of its answer that shows the fault."""


MOVE = {
    "kind": "ConfigMap",
    "metadata": {"name": "redis-migration"},
    "data": {"migration-settings.sh": "OLD_HOST='redis-master.old.svc'\nOLD_PORT=6379\n"},
}
PROMOTED = "former 0 10\nold 5000 7 100\nown 5000 0 90\npromoted\nsame\n"


@pytest.mark.parametrize(
    ("code", "noted", "watched", "status"),
    [
        (0, f"{PROMOTED}over\n", True, Status.FAILED),
        (0, PROMOTED, True, Status.PASSED),
        (1, "cat: /data/move: No such file or directory\n", True, Status.FAILED),
        (1, "cat: /data/move: No such file or directory\n", False, Status.NOT_VERIFIED),
        (1, "container redis does not run\n", True, Status.NOT_VERIFIED),
    ],
    ids=["cut", "half a cut", "the note is lost with its volume", "it follows still", "no answer"],
)
def test_a_migration_that_is_left_after_the_cut_is_named(
    code: int, noted: str, watched: bool, status: Status
) -> None:
    def moved(recorded: Recorded) -> None:
        recorded.answers["redis-0", "cat /data/move"] = code, noted
        if not watched:
            for ordinal in range(3):
                recorded.answers[f"redis-sentinel-{ordinal}", _MASTERS] = (1, "Could not connect")

    outcome = asked(moved, [*HEALTHY["objects"], MOVE])["migration-is-over-and-gone"]
    assert outcome.status is status
    if status is Status.FAILED:
        assert outcome.facts == (
            "migration.from (redis-master.old.svc) is in the profile although the cut is done: a start of all pods"
            " without the volume of redis-0 would follow that old master again, with its older data",
        )


def test_a_healthy_deployment_passes_every_probe() -> None:
    outcomes = asked(lambda _: None)
    assert {outcome.status for outcome in outcomes.values()} == {Status.PASSED}, failed(outcomes)
    assert all(outcome.evidence for outcome in outcomes.values())


@pytest.mark.parametrize("name", FAULTS)
def test_a_probe_sees_its_fault_and_no_other_probe_does(name: str) -> None:
    outcomes = asked(lambda recorded: recorded.edit(*FAULTS[name]))
    assert failed(outcomes) == {name}
    assert outcomes[name].facts


def test_a_sentinel_that_knows_no_replica_is_named_with_the_numbers() -> None:
    outcomes = asked(lambda r: r.edit("redis-sentinel-.", _MASTERS, _field("num-slaves"), "0"))
    facts = outcomes["sentinels-know-the-replicas"].facts
    assert facts[0] == "redis-sentinel-0: Sentinel knows 0 of 2 replicas"
    assert len(facts) == 3
    assert outcomes["a-majority-is-reachable"].status is Status.PASSED, "CKQUORUM says OK all the while"


def test_names_that_no_sentinel_resolves_are_named() -> None:
    def names(recorded: Recorded) -> None:
        recorded.edit("redis-.", _CONFIG, _field("replica-announce-ip"), "redis.redis-headless")
        for ordinal in range(3):
            for setting in ("resolve-hostnames", "announce-hostnames"):
                key = (f"redis-sentinel-{ordinal}", f"SENTINEL CONFIG GET {setting}")
                recorded.answers[key] = (0, f"{setting}\nno\n")

    fact = asked(names)["names-are-resolved"].facts[0]
    assert "redis.redis-headless" in fact
    assert "resolve-hostnames of this Sentinel is not yes" in fact


def test_two_masters_are_named() -> None:
    outcomes = asked(lambda recorded: recorded.edit("redis-1", "INFO", "role:slave", "role:master"))
    assert outcomes["one-master"].facts == ("masters: redis-0, redis-1",)
    assert outcomes["a-write-arrives-everywhere"].status is Status.NOT_VERIFIED


@pytest.mark.parametrize(("quorum", "says"), [("3", "losing one stops it"), ("1", "no majority")])
def test_a_quorum_that_cannot_work_is_told_beside_one_that_was_not_asked_for(quorum: str, says: str) -> None:
    outcomes = asked(lambda recorded: recorded.edit("redis-sentinel-.", _MASTERS, _field("quorum"), quorum))
    assert failed(outcomes) == {"quorum-can-work", "quorum-is-as-asked"}
    assert says in outcomes["quorum-can-work"].facts[0]


def test_a_redis_without_a_memory_limit_of_its_own_is_told() -> None:
    outcomes = asked(lambda recorded: recorded.edit("redis-0", _CONFIG, _field("maxmemory"), "0"))
    assert failed(outcomes) == {"maxmemory-is-below-the-limit", "maxmemory-is-as-asked"}


def test_who_does_not_answer_is_told_once_and_nothing_is_taken_for_verified() -> None:
    def silence(recorded: Recorded) -> None:
        for pod, words in list(recorded.answers):
            if pod == "redis-2":
                recorded.answers[pod, words] = (
                    1,
                    "Could not connect to Redis at 127.0.0.1:6379: Connection refused",
                )

    outcomes = asked(silence)
    assert failed(outcomes) == {"redis-answers"}
    assert "redis-2" in outcomes["redis-answers"].facts[0]
    assert outcomes["save-points-are-as-asked"].status is Status.NOT_VERIFIED
    assert outcomes["quorum-can-work"].status is Status.PASSED


def test_a_password_that_is_missing_is_no_answer() -> None:
    def locked(recorded: Recorded) -> None:
        for pod, words in list(recorded.answers):
            recorded.answers[pod, words] = (0, "NOAUTH Authentication required.\n")

    outcomes = asked(locked)
    assert failed(outcomes) == {"redis-answers", "sentinel-answers"}
    assert "NOAUTH" in outcomes["redis-answers"].facts[0]


def test_pods_that_are_not_there_or_not_ready_are_named() -> None:
    def less(recorded: Recorded) -> None:
        recorded.live["Pod/redis-1"]["status"]["containerStatuses"][0]["ready"] = False
        recorded.live["Pod/redis-sentinel-2"] = None

    facts = asked(less)["pods-are-ready"].facts
    assert facts == ("redis-1/redis is not ready", "redis-sentinel-2 is not there, or has no container yet")


def test_what_no_object_states_is_not_verified() -> None:
    objects = [item for item in copy.deepcopy(HEALTHY["objects"]) if item["kind"] != "ConfigMap"]
    outcomes = asked(lambda _: None, objects)
    not_verified = {name for name, outcome in outcomes.items() if outcome.status is Status.NOT_VERIFIED}
    assert {
        "quorum-is-as-asked",
        "timing-is-as-asked",
        "maxmemory-is-as-asked",
        "ids-are-fixed",
    } <= not_verified
    assert failed(outcomes) == set()


def test_a_snapshot_that_was_not_due_yet_is_not_verified() -> None:
    def young(recorded: Recorded) -> None:
        recorded.edit("redis-.", "INFO", "rdb_saves:.*", "rdb_saves:0")
        recorded.edit("redis-.", "ls -ln /data", r"dump\.rdb", "nothing")

    assert asked(young)["snapshot-is-on-the-volume"].status is Status.NOT_VERIFIED


def test_the_key_of_the_probe_is_removed_also_when_a_replica_lacks_it() -> None:
    recorded = Recorded()
    asyncio.run(Round(recorded, Desired.of(HEALTHY["objects"])).outcomes(PROBES))
    assert ("redis-0", "DEL") in recorded.asked


def test_nothing_is_asked_twice_in_a_round() -> None:
    recorded = Recorded()
    asyncio.run(Round(recorded, Desired.of(HEALTHY["objects"])).outcomes(PROBES))
    assert max(Counter(recorded.asked).values()) == 1


def test_what_is_only_inferred_never_passes() -> None:
    @probe("PB999", remedy=NOT_AS_ASKED, confidence=Confidence.INFERRED)
    async def usually_so(look: Look) -> AsyncIterator[str]:
        """It usually is."""
        for fact in ():
            yield fact

    async def work() -> tuple[Outcome, ...]:
        return await Round(Recorded(), Desired.of(HEALTHY["objects"])).outcomes([usually_so])

    assert asyncio.run(work())[0].status is Status.NOT_VERIFIED


def test_an_outcome_survives_the_way_through_json() -> None:
    import dataclasses

    for outcome in asked(lambda recorded: recorded.edit(*FAULTS["links-are-up"])).values():
        assert as_read(Outcome, json.loads(json.dumps(dataclasses.asdict(outcome)))) == outcome


def test_codes_and_names_are_unique_and_every_probe_is_one_sentence() -> None:
    assert len({each.code for each in PROBES}) == len(PROBES) == len({each.name for each in PROBES})
    assert set(TOPOLOGY) <= set(PROBES)
    for each in PROBES:
        assert re.fullmatch(r"PB\d{3}", each.code)
        assert each.about.endswith("."), each.name
        assert "\n" not in each.about, each.name


def test_sizes_are_read_as_redis_reads_them() -> None:
    assert [memory_bytes(text) for text in ("64mb", "1k", "1kb", "5", "2GB", "yes")] == [
        64 << 20,
        1000,
        1024,
        5,
        2 << 30,
        None,
    ]


def test_an_empty_value_does_not_shift_the_next() -> None:
    assert groups("name\na\nrunid\n\nflags\nslave\nname\nb", "name") == [
        {"name": "a", "runid": "", "flags": "slave"},
        {"name": "b"},
    ]
