"""Memory: does every Redis keep within what its container may use?

What must not come in: how large maxmemory should be (facts/sizing.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.quantity import Quantity
from redismanifests.probes.desired import size
from redismanifests.probes.probe import NotVerifiedError, probe

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from redismanifests.probes.look import Look

FULL_PERCENT = 90
"""With noeviction writes are refused at 100; somebody has to have time to act."""


@probe("PB050")
async def maxmemory_is_as_asked(look: Look) -> AsyncIterator[str]:
    """Every Redis has the memory limit and the eviction policy that were asked for."""
    wanted = size(look.desired.redis_value("maxmemory") or "")
    policy = look.desired.redis_value("maxmemory-policy")
    if wanted is None:
        raise NotVerifiedError("no file of the objects states maxmemory")
    for pod, settings in (await look.every_config("maxmemory", "maxmemory-policy")).items():
        if settings.get("maxmemory") != str(wanted):
            yield f"{pod}: maxmemory {settings.get('maxmemory')} instead of {wanted}"
        if policy is not None and settings.get("maxmemory-policy") != policy:
            yield f"{pod}: maxmemory-policy {settings.get('maxmemory-policy')} instead of {policy}"


@probe("PB051")
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


@probe("PB052")
async def memory_is_left(look: Look) -> AsyncIterator[str]:
    """No Redis uses more than 90 % of its maxmemory."""
    for pod, fields in (await look.every_info("used_memory", "maxmemory")).items():
        maximum = int(fields.get("maxmemory", "0"))
        if maximum and int(fields["used_memory"]) * 100 > maximum * FULL_PERCENT:
            yield f"{pod} uses {fields['used_memory']} of {maximum} bytes"
