"""Store: a folder of the rehearsal in place of the store that the objects name.

Why: no rehearsal writes to a real store. The folder is a claim of its own, so that it outlives all pods and volumes;
whatever rclone does on top of the store, encryption for one, is as rendered.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from redismanifests.prove.toycluster.objects import Objects
from redismanifests.render.rendered import makes_pods, pod_template

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.core.object import Object

STORE_CLAIM = "rehearsal-store"
_FOLDER = "/rehearsal-store"
_STORE, _TYPE = "RCLONE_CONFIG_STORE_", "RCLONE_CONFIG_STORE_TYPE"
_PLACES = ("REMOTE", "RCLONE_CONFIG_CRYPT_REMOTE")
"""Variables that may name a place in the store."""


def with_folder(objects: Objects) -> Objects:
    """The same objects, with the folder as the store of each container that has one elsewhere."""
    return Objects(tuple(_with_folder(item) for item in objects.items), objects.namespace)


def has_store(objects: Objects) -> bool:
    """Whether a pod of these objects uses the folder."""
    return any(
        volume["name"] == STORE_CLAIM
        for item in objects.items
        if makes_pods(item)
        for volume in pod_template(item)["spec"].get("volumes", ())
    )


def _with_folder(item: Object) -> Object:
    if not makes_pods(item) or not list(_elsewhere(pod_template(item)["spec"])):
        return item
    changed: Any = copy.deepcopy(item)
    spec = pod_template(changed)["spec"]
    for container in _elsewhere(spec):
        container["env"] = list(_variables(container["env"]))
        mounts = container.setdefault("volumeMounts", [])
        mounts.append({"name": STORE_CLAIM, "mountPath": _FOLDER})
    claim = {"name": STORE_CLAIM, "persistentVolumeClaim": {"claimName": STORE_CLAIM}}
    spec["volumes"] = [*spec.get("volumes", ()), claim]
    return changed  # type: ignore[no-any-return]


def _elsewhere(spec: Any) -> Iterator[Any]:
    for container in (*spec.get("initContainers", ()), *spec["containers"]):
        kinds = [each.get("value") for each in container.get("env") or () if each["name"] == _TYPE]
        if kinds and kinds != ["local"]:
            yield container


def _variables(variables: Any) -> Iterator[dict[str, Any]]:
    for each in variables:
        name, value = each["name"], str(each.get("value", ""))
        if name == _TYPE:
            yield {"name": name, "value": "local"}
        elif name in _PLACES and value.startswith("STORE:"):
            yield {"name": name, "value": f"STORE:{_FOLDER}/{value.removeprefix('STORE:').lstrip('/')}"}
        elif not name.startswith(_STORE):
            yield each
