"""Server: the workloads that run Redis or Sentinel, whichever kind they are, and everything that they say in words.

A workload is a StatefulSet or a Deployment. What it says are its commands, variables, and the ConfigMaps that it mounts
or takes variables from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from redismanifests.core.named import NamedTuple
from redismanifests.core.pattern import pattern
from redismanifests.judge.objects.objects import serving

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from redismanifests.core.object import Object

KINDS = ("StatefulSet", "Deployment")
ROLES = ("redis", "sentinel")


class Server(NamedTuple):
    """A workload, and which of its containers serve."""

    manifest: Object
    redis: Object | None
    """The container that serves as Redis, with its port in `ports`."""
    sentinel: Object | None
    ports: Mapping[str, int]
    texts: tuple[str, ...]
    """Everything that its containers are given in words."""

    @property
    def kind(self) -> str:
        """StatefulSet or Deployment."""
        return str(self.manifest["kind"])

    @property
    def name(self) -> str:
        """Of the workload."""
        return str(self.manifest["metadata"]["name"])

    @property
    def replicas(self) -> int:
        """How many pods are requested."""
        return int(self.manifest["spec"].get("replicas", 1))

    @property
    def pod(self) -> Object:
        """The spec of its pods."""
        found: Object = self.manifest["spec"]["template"]["spec"]
        return found

    @property
    def labels(self) -> Mapping[str, str]:
        """The labels of its pods."""
        metadata = self.manifest["spec"]["template"].get("metadata") or {}
        found: Mapping[str, str] = metadata.get("labels") or {}
        return found


def served_by(pod: Object, role: str) -> tuple[Object, int] | None:
    """The container of a pod spec that serves as ``redis`` or ``sentinel``, and its port.

    A port need not be named for a container to listen on it, so one without ports is recognized by what it runs.
    """
    found = serving(pod, role)
    if found and not _PROXY.search(str(found[0].get("image", ""))):
        other = serving(pod, next(each for each in ROLES if each != role))
        # A Sentinel's port may be named redis.
        return None if other and other[0] is found[0] and found[1] != _PORTS[role] else found
    for container in pod.get("containers") or ():
        if not container.get("ports") and _run_by(container) == role:
            return container, _PORTS[role]
    return None


_PORTS = {"redis": 6379, "sentinel": 26379}
_PROXY = pattern(r"haproxy|envoy|nginx|twemproxy")
"""Images of what leads to a Redis, under the same port."""
_PROGRAM = pattern(r"(?:redis|valkey)-(server|sentinel)\b")


def _run_by(container: Object) -> str:
    """``redis`` or ``sentinel``, by the command or the image; empty for anything else."""
    words = " ".join(map(str, (*(container.get("command") or ()), *(container.get("args") or ()))))
    if program := _PROGRAM.search(words):
        return "sentinel" if program[1] == "sentinel" or "--sentinel" in words else "redis"
    image = str(container.get("image", "")).partition("@")[0].rsplit("/", 1)[-1].partition(":")[0]
    known = {"redis": "redis", "valkey": "redis", "redis-sentinel": "sentinel", "valkey-sentinel": "sentinel"}
    return known.get(image, "") if not words else ""


def servers(objects: Iterable[Object]) -> tuple[Server, ...]:
    """Every workload that runs Redis or Sentinel, in order."""
    items = tuple(objects)
    maps = {
        item["metadata"]["name"]: tuple(str(text) for text in (item.get("data") or {}).values())
        for item in items
        if item["kind"] == "ConfigMap"
    }
    found = []
    for item in items:
        if item["kind"] not in KINDS:
            continue
        pod = item["spec"]["template"]["spec"]
        serves = {role: served_by(pod, role) for role in ROLES}
        if any(serves.values()):
            found.append(
                Server(
                    item,
                    serves["redis"][0] if serves["redis"] else None,
                    serves["sentinel"][0] if serves["sentinel"] else None,
                    {role: each[1] for role, each in serves.items() if each},
                    tuple(_texts(pod, maps)),
                )
            )
    return tuple(found)


def _texts(pod: Object, maps: Mapping[object, tuple[str, ...]]) -> Iterator[str]:
    for volume in pod.get("volumes") or ():
        sources = [volume, *((volume.get("projected") or {}).get("sources") or ())]
        for source in sources:
            yield from maps.get((source.get("configMap") or {}).get("name"), ())
    for container in (*(pod.get("initContainers") or ()), *pod["containers"]):
        yield " ".join(str(word) for word in (*_words(container, "command"), *_words(container, "args")))
        for variable in container.get("env") or ():
            yield f"{variable['name']}={variable.get('value', '')}"
        for source in container.get("envFrom") or ():
            yield from maps.get((source.get("configMapRef") or {}).get("name"), ())


def _words(container: Object, field: str) -> Iterable[Any]:
    return container.get(field) or ()


def addresses(server: Server, objects: Iterable[Object]) -> tuple[str, ...]:
    """The host names by which others can reach a workload's pods: its Services, and its pods."""
    names = {str(server.manifest["spec"].get("serviceName") or "")}
    for item in objects:
        selector = (item.get("spec") or {}).get("selector") if item["kind"] == "Service" else None
        if selector and all(
            server.labels.get(key) == value for key, value in selector.items() if key != _POD_NAME
        ):
            names.add(str(item["metadata"]["name"]))
    pods = [f"{server.name}-{ordinal}" for ordinal in range(server.replicas)]
    return tuple(sorted({*names, *pods} - {""}))


_POD_NAME = "statefulset.kubernetes.io/pod-name"
