"""Placement: do the pods of a set run on different nodes and zones, as requested?"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from redismanifests.prove.checks import asked
from redismanifests.prove.checks.live_pods import live_pods
from redismanifests.prove.checks.look import listed
from redismanifests.prove.checks.probe import NotVerifiedError, probe
from redismanifests.prove.checks.remedy import APPLY, Remedy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from redismanifests.prove.checks.look import Look

_NODE = "kubernetes.io/hostname"


async def _nodes(look: Look) -> dict[str, str]:
    """Pod -> node."""
    found = {name: pod["spec"].get("nodeName", "") for name, pod in (await live_pods(look)).items()}
    look.note("", "get Pod", "\n".join(f"{pod}: {node or 'no node'}" for pod, node in found.items()))
    if not any(found.values()):
        raise NotVerifiedError("no pod has a node")
    for pod in asked.pods(look.desired):
        if not found.get(pod):
            look.silent[pod] = f"{pod} has no node yet"
    return {pod: node for pod, node in found.items() if node}


def _together(places: Mapping[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for pod, place in places.items():
        found[place].append(pod)
    return {place: pods for place, pods in found.items() if len(pods) > 1}


@probe(
    "PB120",
    remedy=Remedy(
        "Restore the rule that separates the pods, then delete one of those that share a node: it moves.",
        APPLY,
    ),
)
async def pods_are_apart(look: Look) -> AsyncIterator[str]:
    """The pods of a set run on different nodes if the profile requires it."""
    nodes = await _nodes(look)
    for name, item in asked.sets(look.desired).items():
        own = {pod: node for pod, node in nodes.items() if pod.rpartition("-")[0] == name}
        if _NODE not in asked.apart(item):
            look.silent[name] = f"no rule requires different nodes for the pods of {name}"
            continue
        for node, pods in _together(own).items():
            yield f"{listed(pods)} run on one node, {node}"


@probe(
    "PB121",
    remedy=Remedy(
        "Add a node with free capacity to every zone, then delete one of the pods that share a zone: it moves.",
        "kubectl -n NAMESPACE get pods -o wide",
    ),
    applies=asked.is_spread_over_more,
)
async def zones_are_apart(look: Look) -> AsyncIterator[str]:
    """The pods of a set run in different zones if the profile requires it."""
    nodes = await _nodes(look)
    labels = {
        each["metadata"]["name"]: each["metadata"].get("labels") or {} for each in await look.listed("Node")
    }
    for name, item in asked.sets(look.desired).items():
        for key in asked.apart(item):
            if key == _NODE:
                continue
            own = {
                pod: labels.get(node, {}).get(key, "")
                for pod, node in nodes.items()
                if pod.rpartition("-")[0] == name
            }
            look.note("", f"get Node, label {key}", "\n".join(f"{pod}: {zone}" for pod, zone in own.items()))
            if unlabelled := [pod for pod, zone in own.items() if not zone]:
                look.silent[name] = f"the nodes of {listed(unlabelled)} have no label {key}"
            for zone, pods in _together({pod: zone for pod, zone in own.items() if zone}).items():
                yield f"{listed(pods)} run in one {key}, {zone}"
