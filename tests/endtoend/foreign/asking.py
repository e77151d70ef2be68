"""Asking: manifests of others on the nodes, as the checks of a rehearsal ask them.

This runs in the network of the control plane, from which the address of every pod can be reached. So a server is asked
by the client of this machine: a kubectl for each question would need longer than what is measured.
"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Any

from redismanifests.errors import TIMED_OUT
from redismanifests.prove.checks.askable import Answer
from redismanifests.prove.checks.probe import NotVerifiedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cluster.kubectl import Kubectl
    from endtoend.foreign.theirs import Theirs
    from redismanifests.core.object import Object
    from redismanifests.prove.rehearse.bench.entry import Entry


class Asked:
    """One look at the pods; those of a Deployment are numbered, as in a rehearsal."""

    def __init__(self, theirs: Theirs, pods: Sequence[Object], access: Entry, kubectl: Kubectl) -> None:
        """``pods`` are all of the namespace."""
        self._theirs, self._access, self._kubectl = theirs, access, kubectl
        self.pods: dict[str, Any] = {}
        """Pod by its name in a rehearsal."""
        living = [each for each in pods if "deletionTimestamp" not in each["metadata"]]
        for item in theirs.objects.of_kind("StatefulSet"):
            name = item["metadata"]["name"]
            own = [each for each in living if _made_by(each, name, name in theirs.deployments)]
            if name in theirs.deployments:
                own.sort(key=lambda each: str(each["metadata"]["name"]))
                self.pods |= {f"{name}-{number}": each for number, each in enumerate(own)}
            else:
                self.pods |= {str(each["metadata"]["name"]): each for each in own}

    def address(self, pod: str) -> str:
        """IP address of a pod, empty while it has none."""
        return str(self.pods.get(pod, {}).get("status", {}).get("podIP", ""))

    async def get(self, kind: str, name: str) -> Object | None:
        """A pod as it is, anything else as it was applied."""
        if kind == "Secret":
            raise NotVerifiedError("no Secret is read")
        if kind != "Pod":
            return self._theirs.objects.named(kind, name)
        found: Object | None = self.pods.get(name)
        return found

    async def listed(self, kind: str) -> tuple[Object, ...]:
        """The pods."""
        if kind != "Pod":
            raise NotVerifiedError(f"no {kind} was read")
        return tuple(self.pods.values())

    async def exec(self, pod: str, container: str, argv: Sequence[str], limit_s: float) -> Answer:
        """Run a command: a client beside the nodes, anything else in the container."""
        found = self.pods.get(pod)
        if found is None or not runs(found, container):
            return Answer(1, f"container {container} of {pod} does not run")
        if argv[0].endswith("-cli"):
            command = ["redis-cli", "-h", self.address(pod), *argv[1:]]
        else:
            there = ["-n", self._theirs.objects.namespace, "exec", found["metadata"]["name"], "-c", container]
            config = f"--kubeconfig={self._kubectl.kubeconfig}"
            command = [self._kubectl.program, config, *there, "--", *argv]
        return await _run(command, limit_s, self._login(container))

    def _login(self, container: str) -> Mapping[str, str]:
        sentinel = container == self._theirs.deployment.sentinel.container
        password = self._access.password(sentinel=sentinel)
        return {"REDISCLI_AUTH": password} if password else {}


async def _run(command: Sequence[str], limit_s: float, variables: Mapping[str, str]) -> Answer:
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, **variables},
    )
    try:
        async with asyncio.timeout(limit_s):
            output, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        return Answer(TIMED_OUT, f"no answer after {limit_s:g} s")
    return Answer(process.returncode or 0, output.decode(errors="replace"))


def _made_by(pod: Object, name: str, of_deployment: bool) -> bool:
    owners = pod["metadata"].get("ownerReferences") or ()
    if of_deployment:
        hashed = (pod["metadata"].get("labels") or {}).get("pod-template-hash", "-")
        return any(each["kind"] == "ReplicaSet" and each["name"] == f"{name}-{hashed}" for each in owners)
    return any(each["kind"] == "StatefulSet" and each["name"] == name for each in owners)


def status(pod: Object, container: str) -> Any:
    """What the kubelet says of a container; empty before it says anything."""
    states = pod.get("status", {}).get("containerStatuses") or ()
    return next((each for each in states if each["name"] == container), {})


def runs(pod: Object, container: str) -> bool:
    """Whether a container runs."""
    return "running" in (status(pod, container).get("state") or {})


def unready(asked: Asked, expected: Sequence[str]) -> list[str]:
    """Why the pods are not all ready: a line for each that is missing or waits."""
    found = []
    for name in expected:
        pod = asked.pods.get(name)
        if pod is None:
            found.append(f"there is no pod {name}")
            continue
        conditions = {each["type"]: each for each in pod["status"].get("conditions") or ()}
        if conditions.get("Ready", {}).get("status") == "True":
            continue
        states = [
            *(pod["status"].get("initContainerStatuses") or ()),
            *(pod["status"].get("containerStatuses") or ()),
        ]
        waits = [each for each in states if not each["ready"]]
        why = "; ".join(_waits(each) for each in waits)
        unscheduled = conditions.get("PodScheduled", {})
        if unscheduled.get("status") == "False":
            why = str(unscheduled.get("message"))
        found.append(f"{name} is not ready: {why or pod['status'].get('phase')}")
    return found


def _waits(state: Object) -> str:
    name, restarts = state["name"], state.get("restartCount", 0)
    now: Object = state.get("state") or {}
    last = (state.get("lastState") or {}).get("terminated") or now.get("terminated") or {}
    reason = (now.get("waiting") or {}).get("reason") or ("runs" if "running" in now else "")
    ended = f", ended with {last['exitCode']}" if "exitCode" in last else ""
    return f"{name} {reason} ({restarts} restarts{ended})"


def restarts(asked: Asked) -> int:
    """Of the container that restarted most often."""
    states = [
        each
        for pod in asked.pods.values()
        for field in ("initContainerStatuses", "containerStatuses")
        for each in pod["status"].get(field) or ()
    ]
    return max((each.get("restartCount", 0) for each in states), default=0)
