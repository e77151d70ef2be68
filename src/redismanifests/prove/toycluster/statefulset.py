"""StatefulSet: the controller that creates, replaces, scales and updates the pods of a set.

Its management policy and rollout order decide which pods run when the master stops.
"""

from __future__ import annotations

import asyncio
import copy
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from redismanifests.core.object import Manifest, Object
    from redismanifests.prove.toycluster.pods.pod import Pod

POLL_S = 0.2


class StatefulSet:
    """One StatefulSet under its controller."""

    def __init__(
        self,
        manifest: Object,
        create: Callable[[Manifest], Pod],
        forget: Callable[[Pod], None],
        tasks: asyncio.TaskGroup,
    ) -> None:
        """``create`` starts a pod from its object (address still missing), ``forget`` removes it from the API."""
        self.name: str = manifest["metadata"]["name"]
        self.spec: Object = manifest["spec"]
        self.pods: dict[int, Pod] = {}
        self.restart = 0
        self.held: set[int] = set()
        """Ordinals that are not created again: nodes that stay off in a scenario."""
        self._namespace = manifest["metadata"].get("namespace", "default")
        self._create = create
        self._forget = forget
        self._tasks = tasks
        self._deleting: dict[Pod, asyncio.Task[None]] = {}

    @property
    def replicas(self) -> int:
        """The requested number of pods."""
        return int(self.spec.get("replicas", 1))

    def pod_object(self, ordinal: int) -> Manifest:
        """The pod of an ordinal, as the controller would create it."""
        template = copy.deepcopy(dict(self.spec["template"]))
        name = f"{self.name}-{ordinal}"
        metadata = template.setdefault("metadata", {})
        labels = dict(metadata.get("labels") or {})
        labels |= {"statefulset.kubernetes.io/pod-name": name, "apps.kubernetes.io/pod-index": str(ordinal)}
        metadata |= {"name": name, "namespace": self._namespace, "labels": labels}
        pod = template["spec"]
        pod |= {"hostname": name, "subdomain": self.spec.get("serviceName", "")}
        claims = [
            {
                "name": claim["metadata"]["name"],
                "persistentVolumeClaim": {"claimName": self.claim(claim, ordinal)},
            }
            for claim in self.spec.get("volumeClaimTemplates", ())
        ]
        pod["volumes"] = [*pod.get("volumes", ()), *claims]
        return {"metadata": metadata, "spec": pod, "restart": self.restart}

    def update(self, spec: Object) -> None:
        """Take a changed object; only a changed template causes a rollout."""
        if spec["template"] != self.spec["template"]:
            self.restart += 1
        self.spec = spec

    @property
    def when_scaled(self) -> str:
        """Policy for the claims of a pod that is removed by scaling down: Retain or Delete."""
        return str((self.spec.get("persistentVolumeClaimRetentionPolicy") or {}).get("whenScaled", "Retain"))

    def claim(self, template: Object, ordinal: int) -> str:
        """The name of a claim: template, set and ordinal."""
        return f"{template['metadata']['name']}-{self.name}-{ordinal}"

    def claims(self, ordinal: int) -> list[str]:
        """All claims of an ordinal."""
        return [self.claim(template, ordinal) for template in self.spec.get("volumeClaimTemplates", ())]

    def delete(self, ordinal: int, grace_s: float | None = None) -> asyncio.Task[None]:
        """Delete a pod, until its processes are gone; the controller creates the next one when the API has no such pod.

        With grace period 0 this is at once: the next one starts while the kubelet still stops the processes.
        """
        pod = self.pods[ordinal]
        if pod not in self._deleting:
            pod.terminating = True
            if grace_s == 0:
                self._remove(ordinal)
            self._deleting[pod] = self._tasks.create_task(self._end(pod, ordinal, grace_s))
        return self._deleting[pod]

    def _remove(self, ordinal: int) -> None:
        pod = self.pods.pop(ordinal)
        pod.keeps_claims = ordinal < self.replicas or self.when_scaled == "Retain"
        self._forget(pod)

    async def _end(self, pod: Pod, ordinal: int, grace_s: float | None) -> None:
        await pod.stop(grace_s)
        if grace_s != 0:
            self._remove(ordinal)
        del self._deleting[pod]

    async def control(self) -> None:
        """Reconcile until cancelled."""
        while True:
            await self._reconcile()
            await asyncio.sleep(POLL_S)

    def _available(self, pod: Pod) -> bool:
        since = asyncio.get_running_loop().time() - pod.ready_since
        return pod.ready and not pod.terminating and since >= float(self.spec.get("minReadySeconds", 0))

    async def _reconcile(self) -> None:
        ordered = self.spec.get("podManagementPolicy", "OrderedReady") == "OrderedReady"
        for ordinal in range(self.replicas):
            if ordinal not in self.pods and ordinal not in self.held:
                self.pods[ordinal] = self._create(self.pod_object(ordinal))
            if ordered and not (ordinal in self.pods and self._available(self.pods[ordinal])):
                return
        # Before a rollout (with Parallel: during it), surplus pods are deleted, highest ordinal first or all at once.
        for ordinal in sorted((each for each in self.pods if each >= self.replicas), reverse=True):
            if not self.pods[ordinal].terminating:
                self.delete(ordinal)
            if ordered:
                return
        strategy = (self.spec.get("updateStrategy") or {}).get("type", "RollingUpdate")
        if strategy != "RollingUpdate":
            return
        for ordinal in reversed(range(self.replicas)):
            pod = self.pods.get(ordinal)
            if pod is None or pod.terminating:
                return
            if pod.manifest["restart"] != self.restart:
                self.delete(ordinal)
                return
            if not self._available(pod):
                return

    def settled(self) -> bool:
        """Whether every pod is available and of the latest revision, and there is no other."""
        if any(ordinal >= self.replicas for ordinal in self.pods):
            return False
        pods = [self.pods.get(ordinal) for ordinal in range(self.replicas)]
        return all(pod and self._available(pod) and pod.manifest["restart"] == self.restart for pod in pods)
