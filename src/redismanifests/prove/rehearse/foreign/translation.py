"""Translation: objects of any origin as those of one deployment that a rehearsal can run, and what became of the rest.

What a profile renders needs none of this and comes out as it was. Every change is named, so that a result is not taken
for more than it is.
"""

from __future__ import annotations

import copy
import re
import shutil
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from redismanifests.errors import RedismanifestsError
from redismanifests.judge.foreign.server import ROLES, served_by
from redismanifests.prove.rehearse.bench.substitution import SHELLS, exporter_program
from redismanifests.prove.rehearse.foreign.selection import left_out, selected

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from redismanifests.core.object import Manifest, Object
    from redismanifests.judge.foreign.server import Server

_CLUSTER_KINDS = (
    "Namespace",
    "ClusterRole",
    "ClusterRoleBinding",
    "CustomResourceDefinition",
    "StorageClass",
)
_NAME_OF_SERVICE = re.compile(r"[\w$-]+\.([a-z0-9](?:[-a-z0-9]*[a-z0-9])?)\.svc\b")
_KNOWN_VOLUMES = {"configMap", "secret", "projected", "emptyDir", "persistentVolumeClaim", "name"}
_CLOCK = ("/etc/localtime", "/etc/timezone", "/usr/share/zoneinfo")
_DATABASES = ("redis", "valkey")


@dataclass(frozen=True, slots=True)
class Translated:
    """The objects to run, and one sentence for each thing that is changed or left out."""

    objects: tuple[Object, ...]
    notes: tuple[str, ...]


def translated(objects: Sequence[Object]) -> Translated:
    """The one deployment in ``objects``; raises RedismanifestsError if there is none, or one that cannot start."""
    chosen = selected(objects)
    namespace = _namespace(chosen)
    notes = list(left_out(objects, chosen))
    kept: list[Object] = []
    for item in objects:
        there = item["metadata"].get("namespace", namespace)
        if item["kind"] in ("StatefulSet", "Deployment"):
            server = next((each for each in chosen if each.manifest is item), None)
            if server:
                kept.append(_workload(server, namespace, notes))
        elif there == namespace or item["kind"] in _CLUSTER_KINDS:
            kept.append(item if item["kind"] in _CLUSTER_KINDS else _placed(item, namespace))
    _call_alike(chosen, kept, notes)
    _refuse_missing(kept)
    return Translated(tuple(kept), tuple(dict.fromkeys(notes)))


def _namespace(chosen: Sequence[Server]) -> str:
    """The namespace that the workloads have; else the one in the host names of their scripts, as Helm leaves it out."""
    for each in chosen:
        if stated := each.manifest["metadata"].get("namespace"):
            return str(stated)
    named = Counter(name for each in chosen for text in each.texts for name in _NAME_OF_SERVICE.findall(text))
    return max(named, key=lambda name: named[name], default="default")


def _placed(item: Object, namespace: str) -> Object:
    if item["metadata"].get("namespace") == namespace:
        return item
    return {**item, "metadata": {**item["metadata"], "namespace": namespace}}


def _workload(server: Server, namespace: str, notes: list[str]) -> Object:
    item: Manifest = copy.deepcopy(dict(_placed(server.manifest, namespace)))
    spec = item["spec"]
    if server.kind == "Deployment":
        notes.append(
            f"Deployment {server.name}: its pods have numbers instead of random names, and no surge at a rollout"
        )
        item |= {"apiVersion": "apps/v1", "kind": "StatefulSet"}
        spec = item["spec"] = {
            key: spec[key] for key in ("replicas", "selector", "template", "minReadySeconds") if key in spec
        }
        spec["podManagementPolicy"] = "Parallel"
    pod = spec["template"]["spec"]
    _drop_sidecars(server, pod, notes)
    _replace_volumes(server, pod, notes)
    return item


def _call_alike(chosen: Sequence[Server], kept: Sequence[Object], notes: list[str]) -> None:
    """The serving containers of one role have one name, by which they are asked, also where there are several sets."""
    for role in ROLES:
        named = [(each, served[0]["name"]) for each in chosen if (served := served_by(each.pod, role))]
        for server, name in named[1:]:
            wanted = named[0][1]
            containers = next(
                item["spec"]["template"]["spec"]["containers"]
                for item in kept
                if item["kind"] == "StatefulSet" and item["metadata"]["name"] == server.name
            )
            if name != wanted and all(each["name"] != wanted for each in containers):
                next(each for each in containers if each["name"] == name)["name"] = wanted
                notes.append(f"container {name} of {server.name}: is called {wanted} here")


def _drop_sidecars(server: Server, pod: Manifest, notes: list[str]) -> None:
    """Containers whose image nothing here can replace; those that serve always stay."""
    serving = {each["name"] for each in (server.redis, server.sentinel) if each}
    for field in ("initContainers", "containers"):
        kept = []
        for container in pod.get(field) or ():
            image = str(container.get("image", ""))
            if container["name"] in serving or playable(image):
                kept.append(container)
            else:
                notes.append(
                    f"container {container['name']} of {server.name} ({image}): left out, it does not run"
                )
        if field in pod:
            pod[field] = kept


def playable(image: str) -> bool:
    """Whether a program of this machine can replace an image."""
    name = image.partition("@")[0].rsplit("/", 1)[-1].partition(":")[0]
    if "exporter" in name:
        return exporter_program() is not None
    if name == "rclone":
        return shutil.which("rclone") is not None
    return name in SHELLS or any(word in name for word in _DATABASES)


def _replace_volumes(server: Server, pod: Manifest, notes: list[str]) -> None:
    """Volumes of the node or of a kind that is not here are empty ones; a clock of the node is not needed."""
    for volume in list(pod.get("volumes") or ()):
        foreign = sorted(volume.keys() - _KNOWN_VOLUMES)
        if not foreign:
            continue
        path = str((volume.get("hostPath") or {}).get("path", ""))
        if path.startswith(_CLOCK):
            pod["volumes"].remove(volume)
            for container in (*(pod.get("initContainers") or ()), *pod["containers"]):
                mounts = container.get("volumeMounts") or []
                container["volumeMounts"] = [each for each in mounts if each["name"] != volume["name"]]
            notes.append(
                f"volume {volume['name']} of {server.name} ({path}): the clock of this machine is used"
            )
            continue
        for kind in foreign:
            del volume[kind]
        volume["emptyDir"] = {}
        notes.append(f"volume {volume['name']} of {server.name} ({foreign[0]}): is an empty folder here")


def _refuse_missing(objects: Sequence[Object]) -> None:
    """Pods that wait for a missing ConfigMap never start: say so at once."""
    there = {item["metadata"]["name"] for item in objects if item["kind"] == "ConfigMap"}
    missing = sorted({name for item in objects for name in _config_maps(item)} - there)
    if missing:
        raise RedismanifestsError(
            f"no pod can start: ConfigMap {', '.join(missing)} is not among these objects",
            "give every file of the deployment (for kustomize: kubectl kustomize DIR > all.yaml)",
        )


def _config_maps(item: Object) -> Iterator[str]:
    if item["kind"] != "StatefulSet":
        return
    pod = item["spec"]["template"]["spec"]
    sources: list[Object] = []
    for volume in pod.get("volumes") or ():
        sources += [volume.get("configMap") or {}]
        sources += [
            each.get("configMap") or {} for each in (volume.get("projected") or {}).get("sources") or ()
        ]
    for container in _containers(pod):
        sources += [each.get("configMapRef") or {} for each in container.get("envFrom") or ()]
        sources += [
            (each.get("valueFrom") or {}).get("configMapKeyRef") or {} for each in container.get("env") or ()
        ]
    yield from (str(each["name"]) for each in sources if each.get("name") and not each.get("optional"))


def _containers(pod: Object) -> Iterable[Object]:
    return (*(pod.get("initContainers") or ()), *pod["containers"])
