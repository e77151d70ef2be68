"""Asking: a rehearsal as a deployment that probes can ask.

Why: what is asked of a live cluster through its API is asked of the rehearsed pods here, so that both are judged by the
same probes.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from redismanifests.prove.checks.askable import Answer
from redismanifests.prove.checks.probe import NotVerifiedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redismanifests.core.object import Manifest, Object
    from redismanifests.prove.toycluster.cluster import Cluster
    from redismanifests.prove.toycluster.pods.kubelet import Kubelet


AT_ONCE = 12
"""Commands at the same time: more than a pod that hangs is asked, and too few to keep Sentinels off the cores."""


class Rehearsed:
    """The pods and objects of a cluster, as an API server would show them."""

    def __init__(self, cluster: Cluster, sentinels: str = "") -> None:
        """Of a cluster that runs; ``sentinels`` is the name of the containers that serve as Sentinel."""
        self._cluster = cluster
        self._sentinels = sentinels
        self._free = asyncio.Semaphore(AT_ONCE)

    async def get(self, kind: str, name: str) -> Object | None:
        """A pod with the status of its containers, else the object as it was rendered; no Secret, which it makes up."""
        if kind == "Secret":
            raise NotVerifiedError("a rehearsal makes up its Secrets")
        if kind != "Pod":
            return self._cluster.site.objects.named(kind, name)
        pod = self._cluster.pods.get(name)
        if pod is None:
            return None
        statuses: list[Manifest] = [
            {
                "name": container,
                "ready": kubelet.ready,
                "restartCount": kubelet.restarts,
                "state": _state(kubelet),
            }
            for container, kubelet in pod.kubelets.items()
        ]
        # A pod runs as long as one of its containers does; ours always restart.
        phase = "Running" if any("running" in each["state"] for each in statuses) else "Pending"
        status = {**pod.manifest["status"], "phase": phase, "containerStatuses": statuses}
        return {**pod.manifest, "status": status}

    async def listed(self, kind: str) -> tuple[Object, ...]:
        """The pods; a rehearsal has no API server that would store and complete anything else."""
        if kind != "Pod":
            raise NotVerifiedError(f"a rehearsal has no API server, so no live {kind}")
        pods = [await self.get("Pod", name) for name in self._cluster.pods]
        return tuple(pod for pod in pods if pod is not None)

    async def exec(self, pod: str, container: str, argv: Sequence[str], limit_s: float) -> Answer:
        """Run a command in a container under its user and variables."""
        kubelet = self._cluster.kubelet(pod, container)
        if kubelet is None or kubelet.container is None or not kubelet.container.running():
            return Answer(1, f"container {container} of {pod} does not run")
        async with self._free:
            done = await kubelet.container.exec(argv, limit_s, self._login(container, argv))
        return Answer(done.code, done.output)

    def _login(self, container: str, argv: Sequence[str]) -> dict[str, str]:
        """What lets redis-cli in: a password that only the objects of others have, and no script of ours."""
        if not argv[0].endswith("-cli"):
            return {}
        password = self._cluster.site.access.password(sentinel=container == self._sentinels)
        return {"REDISCLI_AUTH": password} if password else {}


def _state(kubelet: Kubelet) -> Manifest:
    """As a kubelet reports it: a container runs, or waits with a reason."""
    if kubelet.container and kubelet.container.running():
        return {"running": {}}
    return {"waiting": {"reason": kubelet.reason}}
