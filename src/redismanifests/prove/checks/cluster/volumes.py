"""Volumes: are the claims bound as requested, and do the volumes have free space?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.values.quantity import Quantity
from redismanifests.prove.checks import asked
from redismanifests.prove.checks.probe import probe
from redismanifests.prove.checks.remedy import DISK, Remedy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from redismanifests.prove.checks.look import Look

FULL_PERCENT = 90
"""A rewrite of the append-only file needs additional space, and an operator needs time to act."""


@probe(
    "PB140",
    remedy=Remedy(
        "Read the events of the claim: its class, its size, whether anything provides volumes.",
        "kubectl -n NAMESPACE describe pvc -l app.kubernetes.io/instance=DEPLOYMENT",
    ),
    applies=asked.has_claims,
)
async def claims_are_bound(look: Look) -> AsyncIterator[str]:
    """Every claim is Bound, with the requested size, storage class and access modes."""
    live = {each["metadata"]["name"]: each for each in await look.listed("PersistentVolumeClaim")}
    for claim in asked.claims(look.desired):
        found = live.get(claim.name)
        if found is None:
            yield f"there is no claim {claim.name}"
            continue
        spec, status = found["spec"], found.get("status") or {}
        size = ((spec.get("resources") or {}).get("requests") or {}).get("storage")
        has = (status.get("capacity") or {}).get("storage")
        told = f"{status.get('phase')}, {size} requested, {has} bound, class {spec.get('storageClassName')}"
        look.note("", f"get PersistentVolumeClaim {claim.name}", told)
        wanted = str(claim.spec["resources"]["requests"]["storage"])
        if status.get("phase") != "Bound":
            yield f"{claim.name} is {status.get('phase', 'not bound')}"
        elif has is None or Quantity.parse(str(has)) < Quantity.parse(wanted):
            yield f"{claim.name} has {has or 'nothing'} instead of {wanted}"
        if size is None or Quantity.parse(str(size)) != Quantity.parse(wanted):
            yield f"{claim.name} requests {size or 'nothing'} instead of {wanted}"
        for field in ("storageClassName", "accessModes"):
            if claim.spec.get(field) is not None and spec.get(field) != claim.spec[field]:
                yield f"{claim.name}: {field} {spec.get(field)} instead of {claim.spec[field]}"


@probe("PB141", remedy=DISK, applies=asked.has_claims)
async def volumes_have_room(look: Look) -> AsyncIterator[str]:
    """No volume is more than 90 % full."""
    for claim in asked.claims(look.desired):
        if not claim.path:
            continue
        workload = look.desired.redis if claim.pod in look.desired.redis.pods else look.desired.sentinel
        answer = await look.run(workload, claim.pod, "df", "-P", "-k", claim.path)
        fields = (answer.output.splitlines() or [""])[-1].split()
        if answer.code or len(fields) < 6 or not fields[4].endswith("%"):
            look.silent[claim.pod] = (
                f"{claim.pod} does not report the space of its volume: {answer.output.strip()[:200]}"
            )
        elif int(fields[4].rstrip("%")) > FULL_PERCENT:
            yield f"{claim.pod}: {claim.path} is {fields[4]} full, {int(fields[3]) // 1024} MiB are left"
