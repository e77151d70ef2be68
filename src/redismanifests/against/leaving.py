"""Leaving: what is deployed and no longer rendered: objects that apply leaves running, volumes that stay behind.

A new name or namespace is a new deployment beside the old one, with empty volumes. What must not come in: objects of
somebody else in the same namespace.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from redismanifests.against.identity import name
from redismanifests.core.findings import OBJECT_DISAPPEARS, VOLUMES_LEFT_BEHIND, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from redismanifests.against.deployed import Deployed
    from redismanifests.core.source import Source
    from redismanifests.profile import Profile

Manifest = dict[str, Any]

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
