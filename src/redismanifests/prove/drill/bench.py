"""Bench: a deployment in a live cluster, broken through kubectl; what would stay is undone."""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING

from redismanifests.core.steady import steady_now
from redismanifests.errors import TIMED_OUT, RedismanifestsError
from redismanifests.prove.drill.plan import PER_POD_S
from redismanifests.prove.live.trouble import trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from redismanifests.core.object import Object
    from redismanifests.prove.checks.desired import Desired
    from redismanifests.prove.checks.workload import Workload
    from redismanifests.prove.faults.bench import Verb
    from redismanifests.prove.live.kubectl import Kubectl

_POLL_S = 1.0
_KILL_LIMIT_S = 60.0
_KILLED = 137
_COUNTED_S = 10.0
_NO_TOOL, _NOT_LIMITED = 3, 4
_KILL = f"""for process in /proc/[0-9]*; do
  case ${{process#/proc/}}:$(cat "$process/comm" 2>/dev/null) in
    1:*) ;;
    *-server) kill -9 "${{process#/proc/}}" && exit ;;
  esac
done
command -v prlimit >/dev/null || exit {_NO_TOOL}
prlimit --pid 1 --cpu=1:1 || exit {_NOT_LIMITED}
while :; do yes INFO | "$@" >/dev/null 2>&1; done"""
"""A server that is a child of the container's first process (ours is) takes the signal.

Where it is the first process itself: that one ignores every signal from inside of its container, SIGKILL as well. But
the kernel ends who has used up its CPU time, and one second is used up already, or soon with a load of questions (2 s
at the most that was measured on an idle machine, for a server that had just started)."""


class ClusterBench:
    """A live cluster as a bench; each action is reported with its time."""

    def __init__(self, kubectl: Kubectl, desired: Desired, tell: Callable[[str], None]) -> None:
        """Nothing is done yet."""
        self._kubectl = kubectl
        self._desired = desired
        self._tell = tell
        self._cordoned = ""
        self.began: float | None = None
        """When the first fault happened, in seconds since 1970."""

    @property
    def redis(self) -> Workload:
        """The pods with the data."""
        return self._desired.redis

    @property
    def sentinel(self) -> Workload:
        """The pods that vote."""
        return self._desired.sentinel

    def unsupported(self, verb: Verb) -> str:
        """Nothing is: what an image or a Role lacks is found out when it is tried."""
        return ""

    def _begins(self) -> None:
        if self.began is None:
            self.began = steady_now()

    async def undo(self) -> None:
        """Give back what would stay."""
        if self._cordoned:
            node, self._cordoned = self._cordoned, ""
            await self._kubectl.patch("nodes", node, {"spec": {"unschedulable": None}})
            self._tell(f"node {node} takes pods again")

    async def delete(self, *pods: str, grace_s: float | None = None) -> None:
        """Delete pods, and do not wait until they are gone."""
        named = f"pod {pods[0]} is" if len(pods) == 1 else f"pods {', '.join(pods)} are"
        self._tell(f"{named} deleted{' without grace' if grace_s == 0 else ''}")
        self._begins()
        await self._kubectl.delete("pods", *pods, grace_s=None if grace_s is None else int(grace_s))

    async def node_of(self, pod: str) -> str:
        """The node on which a pod runs; raises where there is no such pod."""
        found = await self._kubectl.get("pods", pod)
        if found is None:
            raise RedismanifestsError(f"there is no pod {pod}", "see redismanifests verify")
        return str(found["spec"]["nodeName"])

    async def kill(self, pod: str) -> None:
        """End the server of a pod, from inside of its container."""
        redis = self._desired.redis
        before = await self._kubectl.get("pods", pod)
        argv = ("sh", "-c", _KILL, "kill", *self._desired.asking(redis))
        answer = await self._kubectl.exec(pod, redis.container, argv, _KILL_LIMIT_S)
        self._begins()
        if answer.code == _NO_TOOL:
            raise RedismanifestsError(
                f"the server of {pod} is its container's first process, and the image has no prlimit to kill it with",
                "use --by force-delete, or an image with util-linux (those of Debian have it)",
            )
        if answer.code in (_NOT_LIMITED, TIMED_OUT):
            raise RedismanifestsError(
                f"{pod} could not be killed: {answer.output.strip()[:200]}", "use --by force-delete"
            )
        if answer.code != _KILLED and not await self._restarted(pod, before):
            raise RedismanifestsError(
                f"no one knows whether {pod} was killed: {answer.output.strip()[:200]}",
                "use --by force-delete",
            )
        self._tell(f"the process of {pod} was killed")

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

    async def restart(self, *workloads: Workload) -> None:
        """Delete every pod of these sets, one after the other; no right to change a StatefulSet is needed."""
        for workload in workloads:
            # As the controller of a StatefulSet: the highest ordinal first, each when the one before is available.
            for pod in reversed(workload.pods):
                before = await self._kubectl.get("pods", pod)
                await self.delete(pod)
                await self._available(pod, before, self._quiet_s(workload))

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
            started_again = found is not None and (
                before is None or found["metadata"]["uid"] != before["metadata"]["uid"]
            )
            if found is not None and started_again and is_ready(found):
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

    async def drain(self, node: str) -> None:
        """Cordon it, evict the deployment's pods, wait until they are gone, and uncordon it."""
        pods = on_node(self._desired, (await self._kubectl.listed("pods")).objects, node)
        if not pods:
            raise RedismanifestsError(
                f"no pod of this deployment runs on node {node}",
                f"kubectl -n {self._kubectl.namespace} get pods -o wide shows where they are",
            )
        self._cordoned = node
        self._begins()
        await self._kubectl.patch("nodes", node, {"spec": {"unschedulable": True}})
        self._tell(f"node {node} is cordoned")
        before = {pod: await self._kubectl.get("pods", pod) for pod in pods}
        for pod in pods:
            await self._evict(pod)
        # A node that is under maintenance for a moment: pods may be bound to it by their volumes.
        for pod in pods:
            await self._gone(pod, before[pod])
        await self.undo()

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
