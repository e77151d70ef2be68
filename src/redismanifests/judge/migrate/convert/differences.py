"""Differences: where the profile is not as today's deployment is, though nothing in the source asks for a change.

They are read from the profile as `check` resolves it, so that our own defaults are compared as well. What the other
modules of `convert` report is not repeated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from redismanifests.core.named import NamedTuple
from redismanifests.judge.migrate.convert import lines, sizes
from redismanifests.judge.migrate.convert.pods import server_of
from redismanifests.judge.migrate.kinds import DIFFERS
from redismanifests.judge.migrate.row import Shape, version_of
from redismanifests.profile.formulas.configuration.directive_value import memory_bytes
from redismanifests.profile.formulas.engine import LINE_PARTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.judge.migrate.facts import Draft, Facts, Said
    from redismanifests.profile.model import Profile

_NOTHING = "nothing"
_SERVER_SAVES = (
    {"after": "1h", "changes": 1},
    {"after": "5m", "changes": 100},
    {"after": "1m", "changes": 10000},
)
"""Snapshots of a server whose redis.conf has no line about them (redis.conf of 7.0)."""
_USUAL_LAG = 10
"""Seconds of min-replicas-max-lag where no line says it."""


class Difference(NamedTuple):
    """What differs, and where today's value is from."""

    said: Said | None
    fact: str
    fix: str = _NOTHING


def convert(
    facts: Facts, shape: Shape, pods: int | None, server: tuple[str, str], profile: Profile, draft: Draft
) -> None:
    """A note for each difference; ``server`` is engine and version of the chart's default."""
    for each in (
        *_watching(facts, shape, pods, profile),
        *_resources(facts, shape, profile),
        *_durability(facts, profile),
        *_memory(facts, profile),
        *_around(facts, shape, pods, profile, draft),
        *_server(facts, server, profile),
    ):
        draft.find(DIFFERS, each.said, each.fact, each.fix)


def _watching(facts: Facts, shape: Shape, pods: int | None, profile: Profile) -> Iterator[Difference]:
    if shape is not Shape.SENTINEL:
        return
    ours = profile.sentinel.replicas
    if not facts.get("sentinel.count") and pods is not None and pods > ours:
        fact = f"today {pods} Sentinels, one beside each Redis; the profile has {ours}, in pods of their own"
        yield Difference(facts.get("count"), fact, "write sentinel.replicas where more of them may be lost")
    said, syncs = facts.get("sentinel.parallelSyncs"), profile.sentinel.parallel_syncs
    if said is not None and isinstance(said.value, int) and said.value != syncs:
        what = "replicas that copy from a new master at once"
        yield Difference(said, f"{said.key} is {said.value} by default, {syncs} in the profile: {what}")


def _resources(facts: Facts, shape: Shape, profile: Profile) -> Iterator[Difference]:
    parts: list[tuple[str, str, Any]] = [("redis", "redis", profile.redis.resources)]
    if shape is Shape.SENTINEL:
        parts.append(("sentinel", "sentinel", profile.sentinel.resources))
    if facts.on("metrics") and profile.exporters.redis.enabled:
        parts.append(("exporter", "exporters.redis", profile.exporters.redis.resources))
    for part, section, resources in parts:
        today = sizes.amounts(facts, part)
        differing, said = [], None
        for place in sizes.PLACES:
            bound, what = place.split(".")
            if part == "redis" and bound == "limits":
                # `sizes` reports these itself.
                continue
            ours = getattr(getattr(resources, bound), what)
            # Kubernetes requests what is limited, where nothing is requested.
            theirs = today.get(place) or today.get(f"limits.{what}")
            if ours != (theirs.quantity if theirs else None):
                then = f"{theirs.quantity if theirs else 'none'} today, {ours or 'none'} in the profile"
                differing.append(f"{bound} {what} {then}")
                said = said or (theirs.said if theirs else None)
        if differing:
            # What is missing today has no place of its own.
            said = said or next((each.said for each in today.values()), None)
            fact = f"{section}.resources: {'; '.join(differing)}"
            yield Difference(said, fact, f"write {section}.resources")


def _durability(facts: Facts, profile: Profile) -> Iterator[Difference]:
    read = lines.read(facts)
    arguments, said = read.last("appendonly", "no")
    if arguments.strip("\"'") != "yes" and profile.redis.aof.enabled:
        yield Difference(
            said,
            "today no append-only file: writes since the last snapshot are lost when the process dies; "
            "the profile has one",
        )
    found = read.said.get("save")
    today = [*_SERVER_SAVES] if found is None else lines.points(found)
    ours = [{"after": str(each.after), "changes": each.changes} for each in profile.redis.rdb.save]
    if today != ours:
        fact = f"snapshots: {_points(today)} today, {_points(ours)} in the profile"
        yield Difference(found[-1][1] if found else None, fact, "write redis.rdb.save")
    count, said = _replicas(read, "to-write", 0)
    lag, of_lag = _replicas(read, "max-lag", _USUAL_LAG)
    least, longest = profile.redis.min_replicas_to_write, profile.redis.min_replicas_max_lag
    if count is not None and count != least:
        fact = f"min-replicas-to-write is {count} today, {least} in the profile: a master with fewer refuses writes"
        yield Difference(said, fact, "write redis.minReplicasToWrite")
    elif count and lag is not None and lag * 1000 != longest.milliseconds:
        fact = f"min-replicas-max-lag is {lag}s today, {longest} in the profile: a replica behind it does not count"
        yield Difference(of_lag, fact, "write redis.minReplicasMaxLag")


def _points(points: list[dict[str, Any]]) -> str:
    if not points:
        return "none"
    return ", ".join(
        f"after {each['after']} with {each['changes']} write{'s' * (each['changes'] != 1)}" for each in points
    )


def _replicas(read: lines.Lines, word: str, default: int) -> tuple[int | None, Said | None]:
    found = read.said.get(f"min-replicas-{word}") or read.said.get(f"min-slaves-{word}")
    text, said = found[-1] if found else (str(default), None)
    return (int(text), said) if text.isdecimal() else (None, said)


def _memory(facts: Facts, profile: Profile) -> Iterator[Difference]:
    text, said = lines.read(facts).last("maxmemory", "0")
    if memory_bytes(text.strip("\"'").lower()):
        return
    policy = profile.redis.maxmemory_policy
    beyond = "which refuses writes beyond it" if policy == "noeviction" else "which evicts beyond it"
    fact = f"today no maxmemory: Redis grows until it is killed; the profile has {profile.redis.maxmemory}"
    fix = "measure what Redis uses (INFO memory), and write redis.maxmemory and redis.maxmemoryPolicy"
    yield Difference(said, f"{fact} and maxmemory-policy {policy}, {beyond}", fix)


def _around(
    facts: Facts, shape: Shape, pods: int | None, profile: Profile, draft: Draft
) -> Iterator[Difference]:
    """Exporters, budgets for evictions, and nodes."""
    if not facts.on("metrics") and profile.exporters.redis.enabled:
        fact = "today no exporter; the profile has one beside each Redis and each Sentinel"
        fix = "exporters.redis.enabled: false and exporters.sentinel.enabled: false remove them"
        yield Difference(facts.get("metrics"), fact, fix)
    yield from _budget(facts, pods if shape is Shape.SENTINEL else None, profile)
    required = (
        facts.on("spread.hard") or facts.value("spread.preset") == "hard" or facts.get("spread.required")
    )
    # A rule of its own for its pods was reported as not kept.
    own = any("affinity" in each.fact or "constraints" in each.fact for each in draft.findings)
    if not required and not own and profile.spread.hard:
        said = facts.get("spread.preset") or facts.get("spread.hard")
        fact = (
            f"today pods may share a node; in the profile none do: {profile.redis.replicas} nodes are needed"
        )
        yield Difference(said, fact, "write spread.hard: [] where there are fewer")


def _budget(facts: Facts, pods: int | None, profile: Profile) -> Iterator[Difference]:
    """Of the budget for Redis; ``pods`` are those that it covers, None where a master has a set of its own."""
    if not profile.disruption.redis.enabled:
        return
    least, most = facts.get("disruption.minAvailable"), facts.get("disruption.maxUnavailable")
    on = facts.value("disruption", bool(least or most))
    ours = f"the profile's lets {profile.disruption.redis.max_unavailable} pod go at a time"
    if on is not True:
        fact = f"today no PodDisruptionBudget; {ours}"
        yield Difference(facts.get("disruption"), fact, "disruption.redis.enabled: false removes it")
    elif most is not None and most.value != profile.disruption.redis.max_unavailable:
        yield Difference(most, f"today's PodDisruptionBudget has maxUnavailable {most.value}; {ours}")
    elif most is None and least is not None:
        gone = pods - least.value if pods and isinstance(least.value, int) else None
        if gone != profile.disruption.redis.max_unavailable:
            yield Difference(least, f"today's PodDisruptionBudget has minAvailable {least.value}; {ours}")


def _server(facts: Facts, server: tuple[str, str], profile: Profile) -> Iterator[Difference]:
    engine, default = server
    today, image = version_of(server_of(facts, default)[0]), str(profile.redis.image)
    ours = version_of(image.rpartition(":")[2])
    if today and ours and today[:LINE_PARTS] != ours[:LINE_PARTS]:
        text = f"{engine} {'.'.join(map(str, today))}"
        fact = (
            f"today the server is {text}, and {image} in the profile, which reads the data of older versions"
        )
        yield Difference(facts.get("image.tag"), fact, "test the application with it")
