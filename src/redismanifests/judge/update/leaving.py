"""Leaving: what is deployed and no longer rendered: objects that apply leaves running, volumes that stay behind.

A new name or namespace is a new deployment beside the old one, with empty volumes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.findings import Finding, FindingKind, Severity
from redismanifests.judge.update.identity import name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from redismanifests.core.object import Manifest
    from redismanifests.core.sources.source import Source
    from redismanifests.judge.update.deployed import Deployed
    from redismanifests.profile.model import Profile

OBJECT_DISAPPEARS = FindingKind(
    "RM155",
    "object-disappears",
    Severity.WARNING,
    """
    An object of this deployment is there and is no longer rendered. `kubectl apply` deletes nothing, so it stays;
    tools with pruning delete it at once.

    A Service that stays may still be what some client uses; a PodDisruptionBudget that stays can block drains.

    Source: Kubernetes docs, declarative management of objects with configuration files.
    """,
    waivable=False,
)

VOLUMES_LEFT_BEHIND = FindingKind(
    "RM154",
    "volumes-left-behind",
    Severity.ERROR,
    """
    What is deployed has volumes that nothing will use after this update: the name or the namespace changed, or the
    workload no longer claims them.

    A claim belongs to the name of its pod, in its namespace. Under a new name a deployment starts beside the old
    one, empty, and clients that are sent there find nothing. To move: start the new one, copy the data
    (`redis-cli --rdb`), move the clients, delete the old one, and its claims last.

    Source: Kubernetes docs, concepts/workloads/controllers/statefulset, stable storage.
    """,
    waivable=False,
)


_MANAGED = "app.kubernetes.io/managed-by"
_INSTANCE = "app.kubernetes.io/instance"
_MADE_BY_OTHERS = frozenset(
    {"PersistentVolumeClaim", "Pod", "ControllerRevision", "Endpoints", "EndpointSlice"}
)
"""Kinds that follow from the others and are not rendered."""


def elsewhere(
    wanted: Mapping[tuple[str, str], Manifest], deployed: Deployed, profile: Profile
) -> list[Manifest]:
    """StatefulSets with volumes that this deployment seems to have been, by another name or in another namespace."""
    if any(kind == "StatefulSet" and (kind, n) in deployed.by_name(profile.namespace) for kind, n in wanted):
        return []
    return [
        one
        for one in deployed.objects
        if one["kind"] == "StatefulSet"
        and one["spec"].get("volumeClaimTemplates")
        and (deployed.whole or _labels(one).get(_MANAGED) == "redismanifests")
    ]


def left(
    profile: Profile, source: Source, wanted: Mapping[tuple[str, str], Manifest], deployed: Deployed
) -> Iterator[Finding]:
    """What an update to ``wanted`` leaves behind."""
    moved = elsewhere(wanted, deployed, profile)
    for one in moved:
        yield _moved(profile, source, one)
    if moved:
        return
    for (kind, called), one in deployed.by_name(profile.namespace).items():
        if (kind, called) in wanted or kind in _MADE_BY_OTHERS or not _is_ours(one, profile, deployed):
            continue
        fact = f"{kind} {called} is deployed and no longer rendered; kubectl apply leaves it as it is"
        fix = f"when the update is through: kubectl -n {profile.namespace} delete {kind.lower()} {called}"
        yield OBJECT_DISAPPEARS.at(source, ("name",), fact, fix)


def _is_ours(one: Manifest, profile: Profile, deployed: Deployed) -> bool:
    labels = _labels(one)
    ours = labels.get(_MANAGED) == "redismanifests" and labels.get(_INSTANCE) == profile.name
    return (deployed.whole or ours) and not one["metadata"].get("ownerReferences")


def _moved(profile: Profile, source: Source, one: Manifest) -> Finding:
    where = one["metadata"].get("namespace", profile.namespace)
    other_namespace = where != profile.namespace
    path = ("namespace",) if other_namespace else ("name",)
    here = f"{profile.name} in {profile.namespace}"
    claims = [name(claim) for claim in one["spec"]["volumeClaimTemplates"]]
    volumes = ", ".join(f"{claim}-{name(one)}-*" for claim in claims)
    fact = (
        f"{here} would start empty, beside StatefulSet {name(one)} in {where}, whose volumes {volumes} stay"
    )
    old = where if other_namespace else _labels(one).get(_INSTANCE, name(one))
    fix = f"set {path[0]} to {old} again, or move the data first: a volume follows no name (explain RM154)"
    return VOLUMES_LEFT_BEHIND.at(source, path, fact, fix)


def _labels(manifest: Manifest) -> Mapping[str, str]:
    return manifest["metadata"].get("labels") or {}
