"""Restore: a deployment with `restore.from`, without its restore, or with one of its own backups.

Why: the backup that restore.from names is in a store that no rehearsal reads. A first start without it would wait for
it without end, in every scenario.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from redismanifests.core.pattern import pattern
from redismanifests.prove.toycluster.objects import Objects

if TYPE_CHECKING:
    from collections.abc import Callable

    from redismanifests.core.object import Object

LEFT_OUT = (
    "the restore of a backup (restore.from): only the scenarios restored and restored-in-place run it, with a backup"
    " of their own"
)
_RESTORES, _FETCH, _UPLOAD = "restore-", "restore-fetch", "backup-upload"
"""How the init containers of a restore begin, and who reads and writes the store (templates/restore, backup)."""
_SETTINGS = "restore-settings.sh"
_ID = pattern(r"RESTORE_ID=\S+")


def restores(objects: Objects) -> bool:
    """Whether pods of these objects restore a backup before they start."""
    return any(restoring(item) for item in objects.items)


def without_restore(objects: Objects) -> Objects:
    """The same objects, as they are once the backup has been restored."""

    def change(spec: Any) -> None:
        spec["initContainers"] = [each for each in spec["initContainers"] if not _restore(each)]

    return _changed(objects, change)


def from_own_backup(objects: Objects) -> Objects:
    """The same objects; what they restore is the newest of the backups that they make."""
    uploads = [
        each["env"]
        for item in objects.of_kind("CronJob")
        for each in item["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
        if each["name"] == _UPLOAD
    ]

    def change(spec: Any) -> None:
        for each in spec["initContainers"]:
            if each["name"] == _FETCH:
                pod = [variable for variable in each["env"] if variable["name"].startswith("POD_")]
                each["env"] = [*pod, *uploads[0]]

    changed = _changed(objects, change)
    return Objects(tuple(_newest(item) for item in changed.items), changed.namespace)


def _newest(item: Object) -> Object:
    data: dict[str, str] = item.get("data") or {}
    if item["kind"] != "ConfigMap" or _SETTINGS not in data:
        return item
    changed = _ID.sub("RESTORE_ID=newest", data[_SETTINGS], count=1)
    return {**item, "data": {**data, _SETTINGS: changed}}


def _restore(container: Any) -> bool:
    name: str = container["name"]
    return name.startswith(_RESTORES)


def restoring(item: Object) -> bool:
    """Whether an object makes the pods that restore."""
    if item["kind"] != "StatefulSet":
        return False
    found: list[Any] = item["spec"]["template"]["spec"].get("initContainers") or []
    return any(each["name"] == _FETCH for each in found)


def _changed(objects: Objects, change: Callable[[Any], None]) -> Objects:
    items: list[Object] = []
    for item in objects.items:
        if restoring(item):
            copied: Any = copy.deepcopy(item)
            change(copied["spec"]["template"]["spec"])
            items.append(copied)
        else:
            items.append(item)
    return Objects(tuple(items), objects.namespace)
