"""Migration: a deployment with `migration.from`, as it is when the move is over.

Why: the old master is outside of what is rehearsed. Its deployment would wait for it without end, in every scenario.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from redismanifests.prove.toycluster.objects import Objects

if TYPE_CHECKING:
    from redismanifests.core.object import Object

LEFT_OUT = "the move from an old master (migration.from): simulated as if it were over"
_SETTINGS, _VOLUME = "migration-settings.sh", "migration"
_ENDING, _ORIGINAL = ".sh", "-members.sh"
"""A script of a move has the place of the one that it is made of, which has this ending (derived/backup)."""
_OF_SENTINEL = "sentinel-decide-members.sh"


def moves(objects: Objects) -> bool:
    """Whether these objects follow an old master."""
    return any(_SETTINGS in (item.get("data") or {}) for item in objects.of_kind("ConfigMap"))


def without_migration(objects: Objects) -> Objects:
    """The same objects, as they are without the move."""
    return Objects(tuple(_changed(item) for item in objects.items), objects.namespace)


def _changed(item: Object) -> Object:
    data: dict[str, str] = item.get("data") or {}
    if item["kind"] == "ConfigMap" and (_SETTINGS in data or _OF_SENTINEL in data):
        own = ("migrate.sh", "migration.sh", _SETTINGS)
        kept = {name: text for name, text in data.items() if name not in own and not name.endswith(_ORIGINAL)}
        originals = {
            f"{name.removesuffix(_ORIGINAL)}{_ENDING}": text
            for name, text in data.items()
            if name.endswith(_ORIGINAL)
        }
        return {**item, "data": {**kept, **originals}}
    if item["kind"] != "StatefulSet":
        return item
    copied: Any = copy.deepcopy(item)
    spec = copied["spec"]["template"]["spec"]
    for holder in (spec, *spec["containers"]):
        for field in ("volumes", "volumeMounts"):
            if holder.get(field):
                holder[field] = [each for each in holder[field] if each["name"] != _VOLUME]
    return copied  # type: ignore[no-any-return]
