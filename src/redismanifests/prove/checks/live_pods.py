"""Live pods: the pods as the API server returns them, and the reason why a pod could not be checked."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from redismanifests.prove.checks import asked
from redismanifests.prove.checks.probe import NotVerifiedError

if TYPE_CHECKING:
    from redismanifests.core.object import Object
    from redismanifests.prove.checks.look import Look


async def live_pods(look: Look) -> dict[str, Object]:
    """The expected pods that exist."""
    found = {name: await look.get("Pod", name) for name in asked.pods(look.desired)}
    return {name: pod for name, pod in found.items() if pod is not None}


async def admitted_pods(look: Look) -> dict[str, Object]:
    """`live_pods`, as the API server admitted and completed them; raises NotVerifiedError without an API server."""
    found = await live_pods(look)
    if not found:
        raise NotVerifiedError("there is no pod")
    if not all("resourceVersion" in pod["metadata"] for pod in found.values()):
        raise NotVerifiedError(
            "no API server admitted these pods, and none completed them: a rehearsal has none"
        )
    for name in asked.pods(look.desired):
        if name not in found:
            look.silent[name] = f"there is no pod {name}"
    return found


def statuses(pod: Object) -> dict[str, Object]:
    """The states of a pod's containers, by name."""
    return {each["name"]: each for each in pod.get("status", {}).get("containerStatuses") or ()}


def containers(spec: Object) -> dict[str, Object]:
    """The containers of a pod spec, by name."""
    return {each["name"]: each for each in spec.get("containers", ())}


def moment(text: str) -> datetime:
    """A time as Kubernetes writes it."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
