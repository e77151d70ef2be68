"""Fault: what a drill does to a running deployment, through kubectl, and how it is undone.

What must not come in: measuring, waiting for what follows.
"""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING

from redismanifests.drills.plan import PER_POD_S, Way
from redismanifests.errors import RedismanifestsError
from redismanifests.facts.drill import Kind
from redismanifests.live.trouble import trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from redismanifests.drills.plan import Plan
    from redismanifests.live.kubectl import Kubectl
    from redismanifests.probes.askable import Object
    from redismanifests.probes.desired import Desired
    from redismanifests.probes.workload import Workload

_POLL_S = 1.0
_KILL_LIMIT_S = 60.0
_KILLED = 137
_COUNTED_S = 10.0
_NO_TOOL = 3
_KILL = f"""command -v prlimit >/dev/null || exit {_NO_TOOL}
prlimit --pid 1 --cpu=1:1 || exit 4
while :; do yes INFO | "$@" >/dev/null 2>&1; done"""
"""The first process of a container ignores every signal from inside of it, SIGKILL as well. But the kernel ends who has
used up its CPU time, and one second is used up already, or soon with a load of questions (2 s at the most that was
measured on an idle machine, for a server that had just started)."""


class Faults:
    """The faults of one drill; what was done is told, each at its moment."""

    def __init__(self, kubectl: Kubectl, desired: Desired, tell: Callable[[str], None]) -> None:
        """Nothing is done yet."""
        self._kubectl = kubectl
        self._desired = desired
        self._tell = tell
        self._cordoned = ""

    async def do(self, chosen: Plan, master: str) -> float:
        """Do it, to its end; the moment (1970) at which the first fault happened."""
        match chosen.kind:
            case Kind.FAILOVER:
                return await self._end_master(chosen.way or Way.KILL, master)
            case Kind.ROLLING_RESTART:
                return await self._restart()
            case Kind.SENTINEL_LOSS:
                return await self._lose_sentinels(chosen.losable, master)
            case Kind.DRAIN:
                return await self._drain(chosen.node)

    async def undo(self) -> None:
        """Give back what would stay."""
        if self._cordoned:
            node, self._cordoned = self._cordoned, ""
            await self._kubectl.patch("nodes", node, {"spec": {"unschedulable": None}})
            self._tell(f"node {node} takes pods again")

    async def _end_master(self, way: Way, master: str) -> float:
        if way is Way.KILL:
            return await self._kill(master)
        self._tell(f"pod {master} is deleted{' without grace' if way is Way.FORCE_DELETE else ''}")
        began = time.time()
        await self._kubectl.delete("pods", master, grace_s=0 if way is Way.FORCE_DELETE else None)
        return began

    async def _kill(self, pod: str) -> float:
        redis = self._desired.redis
        before = await self._kubectl.get("pods", pod)
        argv = ("sh", "-c", _KILL, "kill", *self._desired.asking(redis))
        answer = await self._kubectl.exec(pod, redis.container, argv, _KILL_LIMIT_S)
        began = time.time()
        if answer.code == _NO_TOOL:
            raise RedismanifestsError(
                f"the image of {pod} has no prlimit, without which a container cannot be killed from inside",
                "use --by force-delete, or an image with util-linux (those of Debian have it)",
            )
        if answer.code in (4, 124):
            raise RedismanifestsError(
                f"{pod} could not be killed: {answer.output.strip()[:200]}", "use --by force-delete"
            )
        if answer.code != _KILLED and not await self._restarted(pod, before):
            raise RedismanifestsError(
                f"nobody knows whether {pod} was killed: {answer.output.strip()[:200]}",
                "use --by force-delete",
            )
        self._tell(f"the process of {pod} was killed")
        return began

    async def _restarted(self, pod: str, before: Object | None) -> bool:
        """Whether the kubelet counts an end of the serving container that it had not counted before."""
        until = time.monotonic() + _COUNTED_S
        while time.monotonic() < until:
            found = await self._kubectl.get("pods", pod)
            if found and before and self._ends(found) > self._ends(before):
                return True
            await asyncio.sleep(_POLL_S)
        return False

    def _ends(self, pod: Object) -> int:
        statuses = (pod.get("status") or {}).get("containerStatuses") or []
        container = self._desired.redis.container
        return sum(
            int(each.get("restartCount", 0)) + ("terminated" in (each.get("state") or {}))
            for each in statuses
            if each["name"] == container
        )

    async def _restart(self) -> float:
        began = time.time()
        for workload in (self._desired.redis, self._desired.sentinel):
            # As the controller of a StatefulSet: the highest ordinal first, each when the one before is available.
            for pod in reversed(workload.pods):
                before = await self._kubectl.get("pods", pod)
                self._tell(f"pod {pod} is deleted")
                await self._kubectl.delete("pods", pod)
                await self._available(pod, before, self._quiet_s(workload))
        return began

    def _quiet_s(self, workload: Workload) -> float:
        for item in self._desired.objects:
            if item["kind"] == "StatefulSet" and item["metadata"]["name"] == workload.name:
                return float(item["spec"].get("minReadySeconds") or 0)
        return 0.0

    async def _available(self, pod: str, before: Object | None, quiet_s: float) -> None:
        """Until a new pod of the name is ready, and has been for as long as the set asks for."""
        until = time.monotonic() + PER_POD_S
        ready_since = float("inf")
        while time.monotonic() < until + quiet_s:
            found = await self._kubectl.get("pods", pod)
            anew = found is not None and (
                before is None or found["metadata"]["uid"] != before["metadata"]["uid"]
            )
            if found is not None and anew and is_ready(found):
                ready_since = min(ready_since, time.monotonic())
                if time.monotonic() - ready_since >= quiet_s:
                    return
            else:
                ready_since = float("inf")
            await asyncio.sleep(_POLL_S)
        raise RedismanifestsError(
            f"{pod} was not ready {PER_POD_S + quiet_s:g} s after it was deleted; the others were not touched",
            f"see why: kubectl -n {self._kubectl.namespace} describe pod {pod}",
        )

    async def _lose_sentinels(self, count: int, master: str) -> float:
        pods = self._desired.sentinel.pods[:count]
        self._tell(f"pods {', '.join(pods)} are deleted without grace")
        began = time.time()
        await self._kubectl.delete("pods", *pods, grace_s=0)
        return began

    async def _drain(self, node: str) -> float:
        pods = on_node(self._desired, (await self._kubectl.listed("pods")).objects, node)
        if not pods:
            raise RedismanifestsError(
                f"no pod of this deployment runs on node {node}",
                f"kubectl -n {self._kubectl.namespace} get pods -o wide shows where they are",
            )
        self._cordoned = node
        began = time.time()
        await self._kubectl.patch("nodes", node, {"spec": {"unschedulable": True}})
        self._tell(f"node {node} is cordoned")
        before = {pod: await self._kubectl.get("pods", pod) for pod in pods}
        for pod in pods:
            await self._evict(pod)
        # A node that is under maintenance for a moment: pods may be bound to it by their volumes.
        for pod in pods:
            await self._gone(pod, before[pod])
        await self.undo()
        return began

    async def _evict(self, pod: str) -> None:
        """Through the API that asks PodDisruptionBudgets; what these refuse is tried again."""
        path = f"/api/v1/namespaces/{self._kubectl.namespace}/pods/{pod}/eviction"
        text = json.dumps(
            {
                "apiVersion": "policy/v1",
                "kind": "Eviction",
                "metadata": {"name": pod, "namespace": self._kubectl.namespace},
            }
        )
        until = time.monotonic() + PER_POD_S
        while True:
            said = await self._kubectl.run("create", "--raw", path, "--filename=-", text=text)
            if not said.code:
                self._tell(f"pod {pod} is evicted")
                return
            if "disruption budget" not in said.errors or time.monotonic() > until:
                raise trouble(said.errors, self._kubectl.context, self._kubectl.namespace)
            await asyncio.sleep(_POLL_S)

    async def _gone(self, pod: str, before: Object | None) -> None:
        until = time.monotonic() + PER_POD_S
        while time.monotonic() < until:
            found = await self._kubectl.get("pods", pod)
            if found is None or (before and found["metadata"]["uid"] != before["metadata"]["uid"]):
                return
            await asyncio.sleep(_POLL_S)
        raise RedismanifestsError(f"{pod} was evicted and did not end", "see why: kubectl describe pod")


def on_node(desired: Desired, pods: Iterable[Object], node: str) -> list[str]:
    """The deployment's pods on a node."""
    own = {*desired.redis.pods, *desired.sentinel.pods}
    found = (item["metadata"]["name"] for item in pods if (item.get("spec") or {}).get("nodeName") == node)
    return sorted(own.intersection(found))


def is_ready(pod: Object) -> bool:
    """Whether a pod is ready and not on its way out."""
    conditions = (pod.get("status") or {}).get("conditions") or []
    ready = any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)
    return ready and "deletionTimestamp" not in pod["metadata"]
