"""Inventory: do all rendered objects exist unchanged, and no others of this deployment?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.prove.checks.asked import INSTANCE, MANAGED, sets
from redismanifests.prove.checks.probe import NotVerifiedError, probe
from redismanifests.prove.checks.remedy import APPLY, Remedy
from redismanifests.prove.drift import differences

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from redismanifests.core.object import Object
    from redismanifests.prove.checks.look import Look

_KINDS = (
    "StatefulSet", "Service", "ConfigMap", "ServiceAccount", "PodDisruptionBudget", "NetworkPolicy", "LimitRange",
)  # fmt: skip
"""Kinds that we render; an object that an update leaves behind has one of them."""


async def _pairs(look: Look) -> AsyncIterator[tuple[Object, Object | None]]:
    """Every rendered object with the live one, or None; kinds that cannot be read are marked as silent."""
    for kind in dict.fromkeys(item["kind"] for item in look.desired.objects):
        live = await look.tried(kind)
        if live is None:
            continue
        by_name: Mapping[str, Object] = {each["metadata"]["name"]: each for each in live}
        rendered = [each for each in look.desired.objects if each["kind"] == kind]
        there = sum(each["metadata"]["name"] in by_name for each in rendered)
        look.note("", f"get {kind}", f"{there} of {len(rendered)} that were rendered, {len(live)} in all")
        for each in rendered:
            yield each, by_name.get(each["metadata"]["name"])


@probe("PB100", remedy=Remedy("Render and apply the profile.", APPLY))
async def objects_are_there(look: Look) -> AsyncIterator[str]:
    """Every rendered object exists."""
    missing = []
    number = 0
    async for each, live in _pairs(look):
        number += 1
        if live is None:
            missing.append(f"{each['kind']} {each['metadata']['name']}")
    if number and len(missing) == number:
        yield f"none of the {number} objects exists: nothing of this deployment was applied to this namespace"
        return
    for name in missing:
        yield f"{name} is not there"


@probe(
    "PB101",
    remedy=Remedy(
        "Delete objects of an earlier profile when nothing uses them any more. A claim contains data.",
        "redismanifests check --against - PROFILE",
    ),
)
async def nothing_is_left_behind(look: Look) -> AsyncIterator[str]:
    """No object of this deployment exists that is no longer rendered; kubectl apply does not delete these."""
    labels = next(iter(sets(look.desired).values()))["metadata"].get("labels") or {}
    if labels.get(MANAGED) != "redismanifests" or INSTANCE not in labels:
        raise NotVerifiedError("the objects have no labels of the deployment")
    rendered = {(each["kind"], each["metadata"]["name"]) for each in look.desired.objects}
    for kind in dict.fromkeys((*_KINDS, *(kind for kind, _ in rendered))):
        found = await look.tried(kind)
        ours = [
            each
            for each in found or ()
            if not each["metadata"].get("ownerReferences")
            and all(
                (each["metadata"].get("labels") or {}).get(key) == labels[key] for key in (MANAGED, INSTANCE)
            )
        ]
        look.note("", f"get {kind}", " ".join(each["metadata"]["name"] for each in ours) or "none of ours")
        for each in ours:
            name = each["metadata"]["name"]
            if (kind, name) not in rendered:
                yield f"{kind} {name} is deployed and no longer rendered"


@probe(
    "PB102",
    remedy=Remedy(
        "Find out who changed it and why. Then add it to the profile, or render and apply the profile.",
        APPLY,
    ),
)
async def objects_are_as_rendered(look: Look) -> AsyncIterator[str]:
    """Every field of every object is as rendered; defaults of the API server are not a difference."""
    async for each, live in _pairs(look):
        if live is not None:
            for difference in differences(each, live):
                yield f"{each['kind']} {each['metadata']['name']}: {difference.text}"
