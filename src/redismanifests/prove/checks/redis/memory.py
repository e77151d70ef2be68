"""Memory: is maxmemory as requested, below the container's limit, and not used up?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.values.quantity import Quantity
from redismanifests.profile.formulas.configuration.directive_value import memory_bytes
from redismanifests.prove.checks.probe import NotVerifiedError, probe
from redismanifests.prove.checks.remedy import NOT_AS_ASKED, Remedy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from redismanifests.prove.checks.look import Look

FULL_PERCENT = 90
"""Percent of maxmemory. With noeviction writes are refused at 100, and an operator needs time to act."""


@probe("PB050", remedy=NOT_AS_ASKED)
async def maxmemory_is_as_asked(look: Look) -> AsyncIterator[str]:
    """Every Redis has the requested maxmemory and eviction policy."""
    wanted = memory_bytes(look.desired.redis_value("maxmemory") or "")
    policy = look.desired.redis_value("maxmemory-policy")
    if wanted is None:
        raise NotVerifiedError("no file of the objects states maxmemory")
    for pod, settings in (await look.every_config("maxmemory", "maxmemory-policy")).items():
        if settings.get("maxmemory") != str(wanted):
            yield f"{pod}: maxmemory {settings.get('maxmemory')} instead of {wanted}"
        if policy is not None and settings.get("maxmemory-policy") != policy:
            yield f"{pod}: maxmemory-policy {settings.get('maxmemory-policy')} instead of {policy}"


@probe(
    "PB051",
    remedy=Remedy(
        "Set redis.maxmemory below the container's limit, with space for the copy that a fork needs.",
        "redismanifests explain RM032",
    ),
)
async def maxmemory_is_below_the_limit(look: Look) -> AsyncIterator[str]:
    """Redis stops growing before the container's limit, where the kernel would kill it."""
    for pod, settings in (await look.every_config("maxmemory")).items():
        live = await look.get("Pod", pod)
        containers = {each["name"]: each for each in live["spec"]["containers"]} if live else {}
        limits = (containers.get(look.desired.redis.container, {}).get("resources") or {}).get("limits") or {}
        look.note(pod, f"get Pod {pod}", f"limits: {limits}")
        if "memory" not in limits:
            continue
        limit = Quantity.parse(str(limits["memory"])).bytes
        maximum = int(settings.get("maxmemory", "0"))
        if not 0 < maximum < limit:
            yield f"{pod}: maxmemory {maximum or 'unlimited'} in a container of {limits['memory']}"


@probe(
    "PB052",
    remedy=Remedy(
        "Give Redis more memory, or find the keys that should have gone: at maxmemory writes are refused or data is "
        "evicted.",
        "kubectl -n NAMESPACE exec DEPLOYMENT-0 -c redis -- redis-cli --bigkeys",
    ),
)
async def memory_is_left(look: Look) -> AsyncIterator[str]:
    """No Redis uses more than 90 % of its maxmemory."""
    for pod, fields in (await look.every_info("used_memory", "maxmemory")).items():
        maximum = int(fields.get("maxmemory", "0"))
        if maximum and int(fields["used_memory"]) * 100 > maximum * FULL_PERCENT:
            yield f"{pod} uses {fields['used_memory']} of {maximum} bytes"
