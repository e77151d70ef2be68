"""Change: rendered objects with another directive in the configuration of their Redis.

Why: a scenario may need a change of settings, as an operator makes it, or a setting that makes a rare moment long. Both
are changes to the parsed objects; the second kind is named in the result.
"""

from __future__ import annotations

import copy
import hashlib
from typing import TYPE_CHECKING

from redismanifests.prove.checks.desired import Desired, is_redis_conf
from redismanifests.prove.rehearse.bench.secret import secret
from redismanifests.prove.toycluster.objects import Objects

if TYPE_CHECKING:
    from collections.abc import Mapping

    from redismanifests.core.object import Manifest, Object

_REVISION = "rehearsal/revision"
_CHECKSUM = "checksum/"
"""Annotations of a pod template that follow its configuration, so that a change of it is rolled out."""


_SETTINGS = "settings.sh"
"""What the scripts know of the profile (templates/startup)."""


def with_append_only(objects: Objects, *, enabled: bool) -> Objects | None:
    """The same objects as a profile renders them that turns the append-only file on or off.

    None where no settings.sh says which of both there is: then another start script than ours decides.
    """
    was, is_ = ("no", "yes") if enabled else ("yes", "no")
    known = False
    changed: list[Object] = []
    for item in objects.items:
        text = (item.get("data") or {}).get(_SETTINGS, "") if item["kind"] == "ConfigMap" else ""
        if "\nAPPEND_ONLY=" in text:
            known = True
            text = text.replace(f"\nAPPEND_ONLY='{was}'\n", f"\nAPPEND_ONLY='{is_}'\n")
            changed.append({**item, "data": {**item["data"], _SETTINGS: text}})
        else:
            changed.append(item)
    if not known:
        return None
    exit_ = "nosave force" if enabled else "save force"
    return with_directives(
        Objects(tuple(changed), objects.namespace), appendonly=is_, shutdown_on_sigterm=exit_
    )


def with_directives(objects: Objects, **directives: int | str) -> Objects:
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


def with_secret(objects: Objects, name: str, values: Mapping[str, bytes]) -> Objects:
    """The same objects, with these values in a Secret."""
    new = secret(name, objects.namespace, values)
    kept = (i for i in objects.items if (i["kind"], i["metadata"]["name"]) != ("Secret", name))
    return Objects((*kept, new), objects.namespace)


def rolled(objects: Objects, revision: str) -> Objects:
    """The same objects, with a mark in every pod template, as someone makes who wants all pods to start again."""
    changed: list[Object] = []
    for item in objects.items:
        if item["kind"] == "StatefulSet":
            marked: Manifest = copy.deepcopy(dict(item))
            annotations = marked["spec"]["template"]["metadata"].setdefault("annotations", {})
            annotations[_REVISION] = revision
            changed.append(marked)
        else:
            changed.append(item)
    return Objects(tuple(changed), objects.namespace)


def _configured(item: Object, lines: dict[str, int | str]) -> Object:
    data = dict(item.get("data") or {})
    for file, text in data.items():
        if is_redis_conf(file):
            kept = [line for line in text.splitlines() if line.partition(" ")[0].lower() not in lines]
            data[file] = "\n".join([*kept, *(f"{name} {value}" for name, value in lines.items()), ""])
    return {**item, "data": data}


def _marked(item: Object, change: str) -> Object:
    marked: Manifest = copy.deepcopy(dict(item))
    annotations = marked["spec"]["template"]["metadata"].get("annotations") or {}
    for name, value in annotations.items():
        if name.startswith(_CHECKSUM):
            annotations[name] = hashlib.sha256(f"{value}{change}".encode()).hexdigest()
    return marked
