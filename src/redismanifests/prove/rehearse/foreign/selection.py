"""Selection: which of the given objects are one Redis deployment with Sentinels; all others are left out, and named.

A folder of manifests often holds an application and its Redis, or two of them. The servers that belong together mention
each other by host name, in commands, scripts and configuration.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from redismanifests.errors import RedismanifestsError
from redismanifests.judge.foreign.grouping import together
from redismanifests.judge.foreign.origin import is_ours
from redismanifests.judge.foreign.server import Server, servers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from redismanifests.core.object import Object

_WORKLOADS = (
    "StatefulSet",
    "Deployment",
    "DaemonSet",
    "Job",
    "CronJob",
    "ReplicaSet",
    "ReplicationController",
    "Pod",
)
_GENERATED = ("ReplicaSet", "Pod")
"""Made by a controller; what a dump holds of them comes from a workload that it holds as well."""
_OPERATED = re.compile(r"(?i)redis|valkey|keydb|dragonfly")


def selected(objects: Sequence[Object]) -> tuple[Server, ...]:
    """The servers of one deployment; raises RedismanifestsError with what is there if there is none."""
    found = servers(objects)
    if not any(each.redis for each in found):
        raise _nothing(objects, "Redis")
    if not any(each.sentinel for each in found):
        names = ", ".join(f"{each.kind} {each.name}" for each in found)
        raise RedismanifestsError(
            f"no Sentinel watches {names}: a dead master stays dead until its container restarts, and no replica is"
            " promoted",
            "give manifests with Sentinel, which most charts can turn on, or render a profile",
        )
    return together(found, objects)


def _nothing(objects: Sequence[Object], what: str) -> RedismanifestsError:
    operated = [
        f"{item['kind']} {item['metadata']['name']}"
        for item in objects
        if _OPERATED.search(str(item["kind"])) and item["kind"] != "CustomResourceDefinition"
    ]
    if operated:
        return RedismanifestsError(
            f"an operator makes the pods of {', '.join(operated)}: there is no pod of {what} in these objects",
            "rehearse what it made: kubectl get statefulset,deployment,service,configmap,networkpolicy -o yaml",
        )
    there = [f"{item['kind']} {item['metadata']['name']}" for item in objects if item["kind"] in _WORKLOADS]
    shown = f"{', '.join(there[:5])}{f' and {len(there) - 5} more' if len(there) > 5 else ''}"
    return RedismanifestsError(
        f"no StatefulSet and no Deployment runs {what}" + (f"; there are {shown}" if there else ""),
        f"name the port of the {what} container, or give the folder with its StatefulSet",
    )


def left_out(objects: Iterable[Object], chosen: Iterable[Server]) -> Iterator[str]:
    """One sentence for each workload that does not run; our own CronJobs a scenario runs."""
    kept = {(each.kind, each.name) for each in chosen}
    for item in objects:
        kind, name = item["kind"], item["metadata"]["name"]
        if kind not in _WORKLOADS or (kind, name) in kept or kind in _GENERATED:
            continue
        if kind == "CronJob" and is_ours(item):
            continue
        template = (item.get("spec") or {}).get("template") or {}
        images = sorted(
            {str(each.get("image")) for each in (template.get("spec") or {}).get("containers") or ()}
        )
        shown = f" ({', '.join(images)})" if images else ""
        yield f"{kind} {name}{shown}: left out, it does not run"
