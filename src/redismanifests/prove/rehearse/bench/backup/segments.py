"""Segments: which moments the pods of a rehearsal have shipped, and the same deployment restored to one of them."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from redismanifests.core.pattern import pattern
from redismanifests.prove.rehearse.bench.backup.store import STORE_CLAIM
from redismanifests.prove.toycluster.objects import Objects

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from redismanifests.core.object import Object

_SHIPPER, _FETCH, _PLACE, _SCRATCH = "segments", "restore-fetch", "restore-place", "restore"
"""Containers, and the mount of what was fetched (templates/segments, templates/restore)."""
_ID = pattern(r"RESTORE_ID=\S+")
_SECONDS = pattern(r"SEGMENT_SECONDS='?(\d+)")
_RESTORE_SETTINGS, _SETTINGS = "restore-settings.sh", "segments-settings.sh"
_FIELDS = 4
"""Of the name of a segment: where it begins, until when it holds everything, role, bytes."""


def ships(objects: Objects) -> bool:
    """Whether pods of these objects ship segments."""
    return any(True for item in objects.items for _ in _shippers(item))


def seconds_apart(objects: Objects) -> int:
    """Time between two segments of a pod."""
    texts = [(item.get("data") or {}).get(_SETTINGS, "") for item in objects.of_kind("ConfigMap")]
    found = [match for match in map(_SECONDS.search, texts) if match]
    return int(found[0][1])


def newest(claims: Path, pod: str) -> str:
    """The newest moment until which a pod has shipped everything; empty before its first segment."""
    moments = ""
    for file in (claims / STORE_CLAIM).glob(f"**/{pod}/*/*"):
        # With encryption names have an ending.
        fields = file.name.removesuffix(".bin").split("-")
        if len(fields) == _FIELDS:
            moments = max(moments, fields[1])
    return moments


def stamp(moment: int) -> str:
    """Seconds since 1970, as the name of a segment has them."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y%m%dT%H%M%SZ")


def to_own_moment(objects: Objects, moment: int) -> Objects:
    """The same objects; what they restore is the moment, in seconds since 1970, from the segments that they ship."""
    shipped = [each["env"] for item in objects.items for each in _shippers(item)]
    text = datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Objects(tuple(_to(item, text, shipped[0]) for item in objects.items), objects.namespace)


def _to(item: Object, text: str, variables: Any) -> Object:
    data: dict[str, str] = item.get("data") or {}
    if item["kind"] == "ConfigMap" and _RESTORE_SETTINGS in data:
        changed = _ID.sub(f"RESTORE_ID={text}", data[_RESTORE_SETTINGS], count=1)
        return {**item, "data": {**data, _RESTORE_SETTINGS: changed}}
    if not list(_shippers(item)):
        return item
    copied: Any = copy.deepcopy(item)
    for each in copied["spec"]["template"]["spec"].get("initContainers", ()):
        if each["name"] == _FETCH:
            each["env"] = variables
        for mount in each["volumeMounts"] if each["name"] == _PLACE else ():
            if mount["name"] == _SCRATCH:
                mount.pop("readOnly", None)
    return copied  # type: ignore[no-any-return]


def _shippers(item: Object) -> Iterator[Any]:
    if item["kind"] != "StatefulSet":
        return
    for each in item["spec"]["template"]["spec"]["containers"]:
        if each["name"] == _SHIPPER:
            yield each
