"""Pods: are they there, and ready?

What must not come in: where they run, what they cost (that is the cluster's part of a verification).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.probes.probe import probe

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from redismanifests.probes.look import Look


@probe("PB001")
async def pods_are_ready(look: Look) -> AsyncIterator[str]:
    """Every pod of both sets is there, and all its containers are ready."""
    for pod in (*look.desired.redis.pods, *look.desired.sentinel.pods):
        live = await look.get("Pod", pod)
        statuses = ((live or {}).get("status") or {}).get("containerStatuses") or []
        told = ", ".join(
            f"{each['name']} {'ready' if each['ready'] else 'not ready'}, {each['restartCount']} restarts"
            for each in statuses
        )
        look.note(pod, f"get Pod {pod}", told or "no such pod, or no container yet")
        if not statuses:
            yield f"{pod} is not there, or has no container yet"
        for each in statuses:
            if not each["ready"]:
                yield f"{pod}/{each['name']} is not ready"
