"""Bench: a deployment on the nodes of the tests, or on a contributor's cluster, as faults break it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from redismanifests.prove.checks.workload import Workload, redis_workload, sentinel_workload
from redismanifests.prove.faults.bench import Verb

if TYPE_CHECKING:
    from endtoend.deployed import Deployed
    from endtoend.ground import Ground

_PATIENCE = "--timeout=300s"


@dataclass(frozen=True)
class NodesBench:
    """Everything through kubectl, but a kill: that is done on the node."""

    deployed: Deployed
    ground: Ground

    @property
    def redis(self) -> Workload:
        """The pods with the data."""
        return redis_workload(self.deployed.objects)

    @property
    def sentinel(self) -> Workload:
        """The pods that vote."""
        return sentinel_workload(self.deployed.objects)

    def unsupported(self, verb: Verb) -> str:
        """A kill from outside of the container needs a hand on the node."""
        return (
            ""
            if self.ground.cluster or verb is not Verb.KILL
            else "the nodes are not ours to kill a process on"
        )

    async def kill(self, pod: str) -> None:
        """SIGKILL for the first process of its first container; from inside that is impossible."""
        assert self.ground.cluster is not None
        found = self.deployed.json("get", "pod", pod)
        name = found["spec"]["containers"][0]["name"]
        statuses = {each["name"]: each for each in found["status"]["containerStatuses"]}
        container = statuses[name]["containerID"].removeprefix("containerd://")
        machine = self.ground.cluster.node(found["spec"]["nodeName"]).machine
        machine.run("ctr", "--namespace", "k8s.io", "tasks", "kill", "--signal", "SIGKILL", container)

    async def delete(self, *pods: str, grace_s: float | None = None) -> None:
        """Delete pods, and do not wait."""
        how = ["--grace-period=0", "--force"] if grace_s == 0 else []
        self.deployed("delete", "pod", *pods, "--wait=false", *how)

    async def restart(self, *workloads: Workload) -> None:
        """A rollout restart of these sets, until the last pod is ready."""
        for each in workloads:
            self.deployed("rollout", "restart", f"statefulset/{each.name}")
        for each in workloads:
            self.deployed("rollout", "status", f"statefulset/{each.name}", _PATIENCE)

    async def node_of(self, pod: str) -> str:
        """Where a pod runs."""
        return str(self.deployed.json("get", "pod", pod)["spec"]["nodeName"])

    async def drain(self, node: str) -> None:
        """kubectl drain, and the end of it, until both sets are as they were."""
        drain = ("drain", node, "--ignore-daemonsets", "--delete-emptydir-data", _PATIENCE)
        said = self.ground.kubectl(*drain)
        self.ground.kubectl("uncordon", node)
        assert said.code == 0, said.errors
        for each in (self.redis, self.sentinel):
            self.deployed("rollout", "status", f"statefulset/{each.name}", _PATIENCE)
