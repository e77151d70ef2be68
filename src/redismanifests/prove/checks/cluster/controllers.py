"""Controllers: do the StatefulSets have all their pods, of the newest revision, and do these run?"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from redismanifests.prove.checks import asked
from redismanifests.prove.checks.live_pods import live_pods, moment, statuses
from redismanifests.prove.checks.probe import NotVerifiedError, probe
from redismanifests.prove.checks.remedy import LOOK, Remedy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from redismanifests.core.object import Object
    from redismanifests.prove.checks.look import Look

QUIET = timedelta(hours=1)
"""Older restarts are only in the evidence; a container in a crash loop restarts every five minutes at most."""


async def _status(look: Look, name: str) -> Object | None:
    """The status of a set; None if it does not exist."""
    live = next((each for each in await look.listed("StatefulSet") if each["metadata"]["name"] == name), None)
    if live is None:
        return None
    status: Object = live.get("status") or {}
    told = ("replicas", "readyReplicas", "updatedReplicas", "currentRevision", "updateRevision")
    look.note("", f"get StatefulSet {name}", "\n".join(f"{key}: {status.get(key)}" for key in told))
    if status.get("observedGeneration") != live["metadata"].get("generation"):
        raise NotVerifiedError(f"the controller has not seen the newest StatefulSet {name} yet")
    return status


@probe(
    "PB110",
    remedy=Remedy(
        "Read the pod's events and the log of its last container: they show why it is missing or not ready.",
        LOOK,
    ),
)
async def sets_are_ready(look: Look) -> AsyncIterator[str]:
    """Every StatefulSet has the requested number of ready pods, and no more."""
    for name, item in asked.sets(look.desired).items():
        status, wanted = await _status(look, name), asked.replicas(item)
        if status is None:
            yield f"there is no StatefulSet {name}"
        elif status.get("readyReplicas", 0) != wanted:
            yield f"StatefulSet {name} has {status.get('readyReplicas', 0)} of {wanted} pods ready"
        elif status.get("replicas", 0) != wanted:
            yield f"StatefulSet {name} has {status.get('replicas', 0)} pods instead of {wanted}"


@probe(
    "PB111",
    remedy=Remedy(
        "Wait for the rollout. If it makes no progress, read the events of the pod that it waits for.",
        "kubectl -n NAMESPACE rollout status statefulset/DEPLOYMENT --timeout=5m",
    ),
)
async def rollouts_are_through(look: Look) -> AsyncIterator[str]:
    """Every pod is of its StatefulSet's newest revision."""
    live = await live_pods(look)
    for name in asked.sets(look.desired):
        status = await _status(look, name)
        newest = (status or {}).get("updateRevision")
        if not newest:
            raise NotVerifiedError(f"the controller reports no revision of StatefulSet {name}")
        for pod, found in live.items():
            revision = (found["metadata"].get("labels") or {}).get("controller-revision-hash")
            if pod.rpartition("-")[0] == name and revision != newest:
                yield f"{pod} is of revision {revision}, and {newest} is the newest"


@probe(
    "PB112", remedy=Remedy("Read the events of the pod: its image, its volume, its place on a node.", LOOK)
)
async def pods_run(look: Look) -> AsyncIterator[str]:
    """Every pod is in phase Running, and every container runs."""
    live = await live_pods(look)
    for name in asked.pods(look.desired):
        pod = live.get(name)
        if pod is None:
            look.note(name, f"get Pod {name}", "no such pod")
            yield f"there is no pod {name}"
            continue
        status = pod.get("status") or {}
        states = {each: _state(found) for each, found in statuses(pod).items()}
        look.note(
            name,
            f"get Pod {name}",
            "\n".join([str(status.get("phase")), *(f"{k}: {v}" for k, v in states.items())]),
        )
        if pod["metadata"].get("deletionTimestamp"):
            yield f"{name} is being deleted"
        elif not states:
            yield f"{name} is {status.get('phase', 'not created yet')}: {_unscheduled(status)}"
        for container, state in states.items():
            if state != "running":
                yield f"{name}/{container} does not run: {state}"


def _state(status: Object) -> str:
    state = status.get("state") or {}
    if "running" in state:
        return "running"
    why = state.get("waiting") or state.get("terminated") or {}
    return f"{why.get('reason', 'not started')} {why.get('message', '')}".strip()


def _unscheduled(status: Object) -> str:
    conditions = status.get("conditions") or ()
    why = next((each.get("message") for each in conditions if each["type"] == "PodScheduled"), None)
    return why or "no container was started yet"


@probe(
    "PB113",
    remedy=Remedy(
        "Find out why it exited: 137 is the memory limit or a liveness probe; for other codes read its previous log.",
        "kubectl -n NAMESPACE logs DEPLOYMENT-0 -c redis --previous --tail=100",
    ),
)
async def nothing_restarted(look: Look) -> AsyncIterator[str]:
    """No container was restarted within the last hour; older restarts are in the evidence."""
    for name, pod in (await live_pods(look)).items():
        for container, status in statuses(pod).items():
            count = status.get("restartCount", 0)
            ended = (status.get("lastState") or {}).get("terminated") or {}
            when = ended.get("finishedAt", "")
            why = (
                f"{ended.get('reason', 'ended')}, exit code {ended.get('exitCode', '?')}, at {when}"
                if ended
                else ""
            )
            told = f"{count} restarts" + (f", the last: {why}" if why else "")
            look.note(name, f"get Pod {name}", f"{container}: {told}")
            # Without a time, or without a clock, it may have been just now.
            if count and not (when and look.now and look.now - moment(when) > QUIET):
                yield f"{name}/{container} has {told}"
