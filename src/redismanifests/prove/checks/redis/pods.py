"""Pods: do they exist, and are they ready?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.prove.checks.probe import probe
from redismanifests.prove.checks.remedy import LOOK, Remedy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from redismanifests.prove.checks.look import Look


@probe(
    "PB001",
    remedy=Remedy(
        "Read the pod's events and the log of its last container: they show why it is missing or not ready.",
        LOOK,
    ),
)
async def pods_are_ready(look: Look) -> AsyncIterator[str]:
    """Every pod of both sets exists, and all its containers are ready."""
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
