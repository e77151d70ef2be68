"""Workload: the StatefulSets and Deployments of this Redis, with their pods, volumes and claims."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from redismanifests.core.values.quantity import Quantity
from redismanifests.judge.migrate.accounts import Leaf
from redismanifests.judge.migrate.facts import Account
from redismanifests.judge.migrate.kinds import LINES_OPEN, NOT_KEPT
from redismanifests.judge.migrate.live.collector import Collector, key_of
from redismanifests.judge.migrate.live.containers import container, containers_of, initial
from redismanifests.judge.migrate.live.tables import METADATA, POD, TOP, WORKLOAD
from redismanifests.judge.migrate.row import Fate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from redismanifests.core.findings import Path
    from redismanifests.core.object import Object
    from redismanifests.judge.foreign.server import Server
    from redismanifests.judge.migrate.live.collector import Item
    from redismanifests.judge.migrate.live.deployment import Deployment

_PREFIXES = (
    "app.kubernetes.io/", "helm.sh/", "prometheus.io/", "kubectl.kubernetes.io/", "checksum/",
    "statefulset.kubernetes.io/", "apps.kubernetes.io/", "meta.helm.sh/",
)  # fmt: skip
_NAMES = (
    "app",
    "release",
    "chart",
    "heritage",
    "component",
    "controller-revision-hash",
    "pod-template-hash",
    "role",
)
_DATA = re.compile(r"(?:^|/)(?:data|redis-data|lib/redis|lib/valkey)/?$")
_TEMPLATE = ("spec", "template", "spec")
_TWIN = "all pods of a profile are alike, and each may become master"


def own(table: Mapping[str, Any], selector: Mapping[str, Any]) -> dict[str, Any]:
    """Labels and annotations that a person added: not those of a chart, a controller or a selector."""
    return {
        key: value
        for key, value in table.items()
        if not key.startswith(_PREFIXES) and key not in _NAMES and key not in selector
    }


def workload(found: Collector, item: Item, server: Server, whole: Deployment, claims: Sequence[Item]) -> None:
    """Account for one; the pods of a second one must be like those of the first."""
    if server is not whole.main and server.redis:
        twin = Collector(found.usual)
        _all(twin, item, server, whole, claims)
        _compared(found, twin, server, whole)
        return
    _all(found, item, server, whole, claims)


def _all(found: Collector, item: Item, server: Server, whole: Deployment, claims: Sequence[Item]) -> None:
    value = item.value
    found.walk(item, (), {key: each for key, each in value.items() if key in TOP}, TOP)
    found.walk(item, ("metadata",), value["metadata"], METADATA)
    spec = value["spec"]
    special = ("replicas", "template", "volumeClaimTemplates", "persistentVolumeClaimRetentionPolicy")
    found.walk(item, ("spec",), {key: each for key, each in spec.items() if key not in special}, WORKLOAD)
    if "replicas" in spec:
        _replicas(found, item, server, whole)
    _template(found, item, server)
    _volumes(found, item, server, claims)
    retention = spec.get("persistentVolumeClaimRetentionPolicy")
    if retention is not None:
        place = ("spec", "persistentVolumeClaimRetentionPolicy")
        found.fact(item, place, "retention", True, counted=False)
        for key, each in retention.items():
            found.fact(item, (*place, key), f"retention.{key}", each)


def _replicas(found: Collector, item: Item, server: Server, whole: Deployment) -> None:
    if server.redis:
        found.fact(item, ("spec", "replicas"), "count", whole.pods)
    else:
        found.fact(item, ("spec", "replicas"), "sentinel.count", whole.sentinels)


def _selecting(item: Item, server: Server) -> dict[str, Any]:
    """The labels by which a controller or today's pods find these pods."""
    found = dict((item.value["spec"].get("selector") or {}).get("matchLabels") or {})
    for each in _selectors([server.pod.get(field) for field in ("affinity", "topologySpreadConstraints")]):
        found |= each
    return found


def _selectors(value: Any) -> Iterator[Mapping[str, Any]]:
    """The labels by which pods keep away from each other: with them, new pods would count as today's."""
    if isinstance(value, dict):
        yield (value.get("labelSelector") or {}).get("matchLabels") or {}
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in inner:
        yield from _selectors(each)


def _template(found: Collector, item: Item, server: Server) -> None:
    metadata = item.value["spec"]["template"].get("metadata") or {}
    selector = _selecting(item, server)
    for field, name in (("labels", "pods.labels"), ("annotations", "pods.annotations")):
        table = metadata.get(field) or {}
        kept = own(table, selector)
        if kept and server.redis:
            found.fact(item, ("spec", "template", "metadata", field), name, kept, counted=False)
        for key in table:
            place = ("spec", "template", "metadata", field, key)
            if key not in kept:
                found.account(item, place, Fate.UNNEEDED, "the profile sets its own")
            elif server.redis:
                found.pending.append((Leaf(key_of(item, place), table[key], item.place(place)), name))
            else:
                found.account(item, place, Fate.UNNEEDED, f"{name} of Redis holds for all pods")
    for key in metadata:
        if key not in ("labels", "annotations"):
            found.account(
                item, ("spec", "template", "metadata", key), Fate.UNNEEDED, "the profile sets its own"
            )
    pod = server.pod
    special = ("containers", "initContainers", "volumes", "dnsPolicy", "schedulerName")
    found.walk(item, _TEMPLATE, {key: each for key, each in pod.items() if key not in special}, POD)
    for key, usual in (("dnsPolicy", "ClusterFirst"), ("schedulerName", "default-scheduler")):
        if pod.get(key, usual) != usual:
            found.lost(
                item, (*_TEMPLATE, key), f"another {key} than {usual}", "decide whether the default will do"
            )
        elif key in pod:
            found.account(item, (*_TEMPLATE, key), Fate.UNNEEDED, "it is the cluster's default")
    for placed in (*initial(server), *containers_of(server)):
        container(found, item, placed)


def _mounted(server: Server, part: Object | None) -> Iterator[tuple[str, str]]:
    for mount in (part or {}).get("volumeMounts") or ():
        yield str(mount["name"]), str(mount["mountPath"])


def _data_volume(server: Server, claims: Mapping[str, Any]) -> str:
    """The volume with the data of Redis; empty where they are in the container itself."""
    mounts = list(_mounted(server, server.redis))
    for name, _ in mounts:
        if name in claims and "sentinel" not in name:
            return name
    return next((name for name, path in mounts if _DATA.search(path)), "")


def _volumes(found: Collector, item: Item, server: Server, claims: Sequence[Item]) -> None:
    templates = {
        str(each["metadata"]["name"]): number
        for number, each in enumerate(item.value["spec"].get("volumeClaimTemplates") or ())
    }
    data = _data_volume(server, templates) if server.redis else ""
    of_sentinel = {name for name, _ in _mounted(server, server.sentinel)}
    own_file = {name for name in of_sentinel if "sentinel" in name} or of_sentinel
    for name, number in templates.items():
        part = "redis" if name == data else "sentinel" if name in of_sentinel else ""
        _claim(found, item, server, part, name, number, claims)
    for number, volume in enumerate(server.pod.get("volumes") or ()):
        _volume(found, item, (*_TEMPLATE, "volumes", number), volume, data)
    if server.redis and data not in templates and not found.facts.get("redis.existingClaim"):
        found.fact(item, ("spec",), "redis.persistence", False, counted=False)
    if server.sentinel and not found.facts.get("sentinel.persistence"):
        found.fact(item, ("spec",), "sentinel.persistence", bool(own_file & templates.keys()), counted=False)


def _claim(
    found: Collector, item: Item, server: Server, part: str, name: str, number: int, claims: Sequence[Item]
) -> None:
    place = ("spec", "volumeClaimTemplates", number)
    if not part:
        found.lost(
            item,
            place,
            f"claim {name[:40]} holds neither the data nor Sentinel's file",
            "decide what is in it",
        )
        return
    spec = item.value["spec"]["volumeClaimTemplates"][number]["spec"]
    found.fact(item, place, f"{part}.persistence", True, counted=False)
    for key in item.value["spec"]["volumeClaimTemplates"][number]:
        if key != "spec":
            found.account(item, (*place, key), Fate.UNNEEDED, "claims of the profile have names of their own")
    for key, value in spec.items():
        here = (*place, "spec", key)
        if key == "accessModes" and part == "redis":
            found.fact(item, here, "redis.accessModes", value)
        elif key == "storageClassName":
            found.fact(item, here, f"{part}.storageClass", value or "-")
        elif key == "resources":
            _size(found, item, (*here, "requests", "storage"), part, f"{name}-{server.name}-", claims)
        elif key in ("accessModes", "volumeMode"):
            found.account(
                item, here, Fate.UNNEEDED, "a claim of one pod is ReadWriteOnce, with a file system"
            )
        else:
            found.lost(
                item,
                here,
                "the claims have a selector, a source or a volume of their own",
                "decide what it is for",
            )


def _size(found: Collector, item: Item, place: Path, part: str, prefix: str, claims: Sequence[Item]) -> None:
    """The size of the claims as they are now: a volume may have been enlarged since."""
    size = (
        item.value["spec"]["volumeClaimTemplates"][place[2]]["spec"]["resources"].get("requests") or {}
    ).get("storage")
    if size is None:
        return
    largest = _largest(claims, prefix)
    if largest is None or _bytes(largest[1]) <= _bytes(size):
        found.fact(item, place, f"{part}.size", size)
        return
    found.account(item, place, Fate.NO_EFFECT, f"{largest[0].title} has {largest[1]}")
    found.fact(
        largest[0], ("spec", "resources", "requests", "storage"), f"{part}.size", largest[1], counted=False
    )


def _largest(claims: Sequence[Item], prefix: str) -> tuple[Item, Any] | None:
    sized = [
        (each, size)
        for each in claims
        if each.name.startswith(prefix)
        and (size := ((each.value["spec"].get("resources") or {}).get("requests") or {}).get("storage"))
    ]
    return max(sized, key=lambda each: _bytes(each[1]), default=None)


def _bytes(size: Any) -> int:
    try:
        return Quantity.read(size).bytes
    except ValueError:
        return 0


def _volume(found: Collector, item: Item, place: Path, volume: Mapping[str, Any], data: str) -> None:
    name = str(volume["name"])
    if name == data and "emptyDir" in volume:
        found.fact(item, place, "redis.persistence", False)
        if limit := (volume["emptyDir"] or {}).get("sizeLimit"):
            found.fact(item, (*place, "emptyDir", "sizeLimit"), "redis.sizeLimit", limit, counted=False)
        if (volume["emptyDir"] or {}).get("medium"):
            fix = "let redis.storage.kind: emptyDir be on disk"
            found.find(item, place, NOT_KEPT, "the data are in memory of the node (medium)", fix)
    elif "persistentVolumeClaim" in volume and name == data:
        found.fact(item, place, "redis.existingClaim", volume["persistentVolumeClaim"].get("claimName"))
    elif "hostPath" in volume and name == data:
        found.fact(item, place, "redis.persistence", True, counted=False)
        found.lost(
            item, place, "the data are in a folder of the node", "let each pod have a claim", LINES_OPEN
        )
    elif "secret" in volume:
        _secret(found, item, place, volume["secret"])
    elif volume.keys() & {"configMap", "emptyDir", "downwardAPI"} or (
        found.usual.known and "projected" in volume
    ):
        found.account(item, place, Fate.UNNEEDED, "files and empty folders of today's start")
    else:
        found.lost(
            item,
            place,
            f"volume {name[:40]} is not of the pod ({', '.join(sorted(volume.keys() - {'name'}))})",
            "decide what is in it",
        )


def _secret(found: Collector, item: Item, place: Path, secret: Mapping[str, Any]) -> None:
    """A Secret as files: a certificate, or passwords."""
    name = secret.get("secretName")
    keys = [str(each.get("key")) for each in secret.get("items") or ()]
    if any(
        "tls" in str(each).lower() or "cert" in str(each).lower() or str(each).endswith(".crt")
        for each in (name, *keys)
    ):
        found.fact(item, place, "tls.secretName", name)
        return
    found.fact(item, place, "auth", True, counted=False)
    found.fact(item, place, "auth.secretName", name)
    if keys:
        found.fact(item, place, "auth.secretKey", keys[0], counted=False)


def _compared(found: Collector, twin: Collector, server: Server, whole: Deployment) -> None:
    """What the pods of a second workload have that those of the first have not."""
    found.accounts += twin.accounts
    found.findings += twin.findings
    reported = False
    for leaf, name in twin.pending:
        first = found.facts.get(name)
        document, path = leaf.place
        if name in ("count", "namespace") or first is None or first.value == leaf.value:
            found.pending.append((leaf, name))
            continue
        found.accounts.append(Account(leaf.place, leaf.key, Fate.NOT_KEPT, f"{first.key} holds: {_TWIN}"))
        if not reported:
            reported = True
            fact = f"the pods of {server.name} differ from those of {whole.main.name} ({leaf.key})"
            found.findings.append(NOT_KEPT.at(document, path, fact, "size all pods for a master"))
    for name, said in twin.facts.said.items():
        if name.startswith("config.") and name not in found.facts.said:
            found.facts.said[name] = said
