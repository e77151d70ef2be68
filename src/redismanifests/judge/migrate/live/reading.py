"""Reading: the facts of the one Redis among objects, and an account of every object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from redismanifests.core.named import NamedTuple
from redismanifests.core.sources.source import printable
from redismanifests.errors import RedismanifestsError
from redismanifests.judge.foreign.setting import DOWN_AFTER_DEFAULT_MS
from redismanifests.judge.kubernetes.decoded import decoded
from redismanifests.judge.kubernetes.shape import shape_faults
from redismanifests.judge.migrate.accounts import Reading
from redismanifests.judge.migrate.facts import Said
from redismanifests.judge.migrate.live.belonging import belonging
from redismanifests.judge.migrate.live.collector import Collector, Item
from redismanifests.judge.migrate.live.containers import passwords
from redismanifests.judge.migrate.live.deployment import deployment, release_of
from redismanifests.judge.migrate.live.texts import Text, texts
from redismanifests.judge.migrate.live.usual import chart_of_objects, usual_of
from redismanifests.judge.migrate.live.workload import workload
from redismanifests.judge.migrate.row import Fate, Shape, version_of
from redismanifests.judge.objects.objects import lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from redismanifests.core.findings import Path
    from redismanifests.core.object import Object
    from redismanifests.core.sources.source import Source
    from redismanifests.judge.foreign.server import Server
    from redismanifests.judge.migrate.live.deployment import Deployment
    from redismanifests.judge.migrate.row import Chart


class Live(NamedTuple):
    """What objects of a cluster are."""

    reading: Reading
    origin: str
    """Whose objects these are, in words."""
    chart: Chart | None
    version: str
    engine: str
    release: str
    namespace: str
    pods: int
    sentinels: int
    """How many, where they are in pods of their own; 0 beside Redis and without any."""
    taken: frozenset[str]
    """Names of objects, which a profile must not have."""


def live(given: Sequence[tuple[Source, Path, Mapping[str, Any]]], release: str) -> Live | None:
    """What the objects are; None if none of them runs Redis. Raises RedismanifestsError for one that is malformed."""
    items = [_item(*each) for each in given]
    whole = deployment(items, release)
    if whole is None:
        return None
    own = {id(each.manifest) for each in whole.servers}
    workloads = [each for each in items if id(each.value) in own]
    origin, chart = chart_of_objects(each.value for each in workloads)
    found = Collector(usual_of(chart, version_of(origin.version)))
    found.passwords = passwords(text for each in whole.servers for text in each.texts)
    claims = [each for each in items if each.kind == "PersistentVolumeClaim"]
    servers = {id(each.manifest): each for each in whole.servers}
    ordered = sorted(workloads, key=lambda each: each.value is not whole.main.manifest)
    for item in ordered:
        workload(found, item, servers[id(item.value)], whole, claims)
    maps = [each for each in items if each.kind == "ConfigMap" and any(_uses(s, each) for s in whole.servers)]
    given_texts = [*_of_maps(maps, whole), *_of_commands(ordered, servers)]
    texts(found, given_texts)
    _maps(found, maps)
    accounted = {id(each.value) for each in (*ordered, *maps)}
    rest = [each for each in items if id(each.value) not in accounted]
    belonging(found, rest, maps, whole)
    _general(found, whole, ordered[0])
    alone = Shape.STANDALONE if whole.pods < 2 else Shape.REPLICATION
    shape = Shape.SENTINEL if whole.sentinels else alone
    return Live(
        Reading(
            Shape.SENTINEL if whole.sentinels else shape,
            found.facts,
            found.accounts,
            found.pending,
            found.findings,
        ),
        str(origin),
        chart,
        origin.version,
        chart.engine if chart else _engine(whole.main),
        release or release_of(whole.main.manifest),
        str(ordered[0].value["metadata"].get("namespace") or ""),
        whole.pods,
        0 if whole.beside else whole.sentinels,
        frozenset(each.name for each in items),
    )


def _item(document: Source, path: Path, value: Mapping[str, Any]) -> Item:
    faults = shape_faults(value)
    if faults:
        fault = faults[0]
        line = document.place((*path, *fault.path))[0]
        # Other messages contain the value, which may be a password.
        what = fault.message if fault.message.startswith("missing field") else "a value of another type"
        raise RedismanifestsError(
            printable(
                f"{document.name}:{line}: {value.get('kind')}: {fault.place() or 'the object'}: {what}"
            ),
            "give objects as kubectl get -o yaml or helm get manifest print them",
        )
    return Item(document, path, decoded(dict(value)))


def _uses(server: Server, item: Item) -> bool:
    pod, name = server.pod, item.name
    for volume in pod.get("volumes") or ():
        sources = [volume, *((volume.get("projected") or {}).get("sources") or ())]
        if any((each.get("configMap") or {}).get("name") == name for each in sources):
            return True
    return any(
        (source.get("configMapRef") or {}).get("name") == name
        for each in (*(pod.get("initContainers") or ()), *pod["containers"])
        for source in each.get("envFrom") or ()
    )


def _of_maps(maps: Sequence[Item], whole: Deployment) -> Iterator[Text]:
    for item in maps:
        watching = any(each.sentinel and _uses(each, item) for each in whole.servers)
        for key, text in (item.value.get("data") or {}).items():
            yield Text(item, ("data", key), key, text, watching)


def _of_commands(items: Sequence[Item], servers: Mapping[int, Server]) -> Iterator[Text]:
    for item in items:
        server = servers[id(item.value)]
        for kind in ("initContainers", "containers"):
            for number, spec in enumerate(server.pod.get(kind) or ()):
                words = [*(spec.get("command") or ()), *(spec.get("args") or ())]
                steps = ("spec", "template", "spec", kind, number)
                if words:
                    yield Text(item, steps, "", " ".join(map(str, words)), spec is server.sentinel)


def _maps(found: Collector, maps: Sequence[Item]) -> None:
    """What a ConfigMap has beside its texts."""
    for item in maps:
        for key in item.value:
            if key != "data":
                found.account(item, (key,), Fate.UNNEEDED, "the profile renders its own objects")


def _general(found: Collector, whole: Deployment, first: Item) -> None:
    """Facts that are true of a deployment by what is not there."""
    place = ("spec",)
    if not found.usual.known and "auth" not in found.facts.said and _asks(whole):
        found.fact(first, place, "auth", True, counted=False)
    for name in ("auth", "metrics", "masterAddress", "tls", "networkPolicy"):
        if name not in found.facts.said:
            found.fact(first, place, name, False, counted=False)
    if "redis.written" not in found.facts.said:
        found.fact(first, place, "redis.written", {}, counted=False)
    if whole.sentinels:
        _defaults_of_sentinel(found)
    if "replicas" not in first.value["spec"]:
        found.fact(first, place, "count", whole.pods, counted=False)
    found.fact(first, ("metadata", "name"), "name", _name(whole), counted=False)


def _asks(whole: Deployment) -> bool:
    """Whether a script or an argument sets a password."""
    return any("requirepass" in line for each in whole.servers for text in each.texts for line in lines(text))


def _defaults_of_sentinel(found: Collector) -> None:
    """What Sentinel does where no line says it (sentinel.c, SENTINEL_DEFAULT_*)."""
    for name, value in (
        ("downAfter", DOWN_AFTER_DEFAULT_MS),
        ("failoverTimeout", 180_000),
        ("parallelSyncs", 1),
    ):
        if f"sentinel.{name}" not in found.facts.said:
            found.facts.add(
                f"sentinel.{name}", Said(value, f"Sentinel's {name}", None, usual=True, live=True)
            )


def _name(whole: Deployment) -> str:
    """Of the deployment, without what a chart adds for a workload."""
    name = whole.main.name
    for ending in ("-node", "-master", "-primary", "-server", "-replicas"):
        name = name.removesuffix(ending) or name
    return name


def _engine(server: Server) -> str:
    image: Object = server.redis or {}
    return "valkey" if "valkey" in str(image.get("image", "")) else "redis"
