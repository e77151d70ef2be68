"""Change: rendered objects with another directive in the configuration of their Redis.

Why: a scenario may need a change of settings, as an operator makes it, or a setting that makes a rare moment long. Both
are changes to the parsed objects; the second kind is named in the result. What must not come in: rendering.
"""

from __future__ import annotations

import copy
import hashlib
from typing import TYPE_CHECKING, Any

from redismanifests.probes.desired import Desired, is_redis_conf
from redismanifests.rehearse.objects import Objects

if TYPE_CHECKING:
    from redismanifests.rehearse.objects import Object

_CHECKSUM = "checksum/"
"""Annotations of a pod template that follow its configuration, so that a change of it is rolled out."""


def with_directives(objects: Objects, **directives: int) -> Objects:
    """The same objects with these directives of redis.conf (``_`` for ``-``) set to these values."""
    desired = Desired.of(objects.items)
    template = objects.named("StatefulSet", desired.redis.name) or {}
    volumes = template["spec"]["template"]["spec"].get("volumes", ())
    maps = {volume["configMap"]["name"] for volume in volumes if "configMap" in volume}
    lines = {name.replace("_", "-"): value for name, value in directives.items()}
    changed: list[Object] = []
    for item in objects.items:
        name = item["metadata"]["name"]
        if item["kind"] == "ConfigMap" and name in maps:
            changed.append(_configured(item, lines))
        elif item["kind"] == "StatefulSet" and name == desired.redis.name:
            changed.append(_marked(item, repr(lines)))
        else:
            changed.append(item)
    return Objects(tuple(changed), objects.namespace)


def _configured(item: Object, lines: dict[str, int]) -> Object:
    data = dict(item.get("data") or {})
    for file, text in data.items():
        if is_redis_conf(file):
            kept = [line for line in text.splitlines() if line.partition(" ")[0].lower() not in lines]
            data[file] = "\n".join([*kept, *(f"{name} {value}" for name, value in lines.items()), ""])
    return {**item, "data": data}


def _marked(item: Object, change: str) -> Object:
    marked: dict[str, Any] = copy.deepcopy(dict(item))
    annotations = marked["spec"]["template"]["metadata"].get("annotations") or {}
    for name, value in annotations.items():
        if name.startswith(_CHECKSUM):
            annotations[name] = hashlib.sha256(f"{value}{change}".encode()).hexdigest()
    return marked
