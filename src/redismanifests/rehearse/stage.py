"""Stage: what a scenario can do to a running deployment, and what it can wait for.

Why: scenarios must read as what is done and what must hold; how it is done is here. What must not come in: limits (a
scenario has them from recovery), figures (the play writes them down).
"""

from __future__ import annotations

import asyncio
import re
import signal
import time
from typing import TYPE_CHECKING

from redis.asyncio import Redis

from redismanifests.probes.probe import Status
from redismanifests.rehearse.deployment import Deployment, deployment
from redismanifests.rehearse.recovery import Probing, Recovery
from redismanifests.rehearse.topology import Topology, probed, sentinel_view, topology
from redismanifests.rehearse.traffic import CLIENT, Traffic
from redismanifests.rehearse.volume import empty_claim, fill_claim, lose_claim, shrink_claim

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.probes.probe import Outcome
    from redismanifests.probes.workload import Workload
    from redismanifests.rehearse.cluster import Cluster
    from redismanifests.rehearse.kubelet import Kubelet
    from redismanifests.rehearse.objects import Objects
    from redismanifests.rehearse.result import Measure

_ADDRESS = re.compile(r"[0-9.]+|[0-9a-f]*:[0-9a-f:]*")
_POLL_S = 0.5
_MISSING_S = 5.0
"""How long a pod that is held stays away after the others have a master."""
_MAX_LAG_S = 10
"""min-replicas-max-lag where nothing is said (redis.conf)."""
_BATCH = 1000
"""Commands in one go to a Redis."""
SETTLED_S = 32.0
"""TILT ends after 30 s; outside of failovers Sentinel asks each Redis every 10 s, and what it says may be as old."""


class Stage:
    """A deployment in its rehearsal."""

    def __init__(self, cluster: Cluster) -> None:
        """Nothing is applied yet."""
        self.cluster = cluster
        self.deployment: Deployment = deployment(cluster.site.objects, cluster.site.services)
        self.isolated_at = 0.0
        """When the last partition began, in seconds since 1970."""
        self.ends_at = 0.0
        """When what was given for a time only ends, in seconds since 1970."""
        self.measures: list[Measure] = []
        """Figures of a scenario's own."""

    def change(self, objects: Objects, *, told: bool = True) -> None:
        """Apply changed objects; ``told`` is whether the application learns of other passwords and certificates."""
        self.cluster.change(objects)
        if told:
            self.cluster.site.access.renew(objects)
        self.deployment = deployment(objects, self.cluster.site.services)

    def note(self, text: str, subject: str = "") -> None:
        """Tell what is done to it."""
        self.cluster.site.emit("Fault", subject, text)

    async def right(self, limit_s: float) -> tuple[float, Topology]:
        """Wait until the topology is right and every pod settled; seconds it took, and what was seen last.

        Past the limit it is waited on for as long again: by how much a limit is missed says more than that it is.
        """
        began = time.monotonic()
        while True:
            seen = await topology(self.cluster, self.deployment)
            seen = Topology(seen.master, (*seen.problems, *self._unsettled()))
            took = time.monotonic() - began
            if not seen.problems or took > 2 * limit_s:
                self.cluster.site.emit("Topology", seen.master, "; ".join(seen.problems) or "right")
                return took, seen
            await asyncio.sleep(_POLL_S)

    def _unsettled(self) -> Iterator[str]:
        """Why a set is not settled: its containers that are not ready, else what its controller still waits for."""
        for name, each in self.cluster.sets.items():
            if each.settled():
                continue
            yield f"{name} is not settled"
            for pod in each.pods.values():
                for container, kubelet in pod.kubelets.items():
                    if not kubelet.ready:
                        yield f"{pod.name}/{container} ({kubelet.restarts} restarts) is not ready: {kubelet.reason}"

    async def probed(self, limit_s: float = SETTLED_S) -> tuple[Outcome, ...]:
        """Every probe, once none fails, or as they are at the limit."""
        until = time.monotonic() + limit_s
        while True:
            seen = await probed(self.cluster, self.deployment)
            if time.monotonic() > until or all(each.status is not Status.FAILED for each in seen):
                return seen
            await asyncio.sleep(_POLL_S)

    async def recovery(self, dns_ttl_s: float) -> tuple[str, Recovery]:
        """The master's name and the timing: as a running Sentinel reports it, else as the objects ask for it."""
        desired = self.deployment.desired
        view = await sentinel_view(self.cluster, self.deployment, self.deployment.sentinel.pods[0])
        milliseconds = {key: int(view[key]) / 1000 for key in ("down-after-milliseconds", "failover-timeout")}
        timing = Recovery(
            down_after_s=milliseconds["down-after-milliseconds"],
            failover_timeout_s=milliseconds["failover-timeout"],
            min_replicas=int(desired.redis_value("min-replicas-to-write") or 0),
            max_lag_s=float(desired.redis_value("min-replicas-max-lag") or _MAX_LAG_S),
            probing=Probing.of(self.cluster.sets[desired.redis.name].spec),
            dns_ttl_s=dns_ttl_s,
            names=not _ADDRESS.fullmatch(view["ip"]),
        )
        return view["name"], timing

    def traffic(self, master: str) -> Traffic:
        """Start the application, somewhere where network policies let it through."""
        redis, sentinel = self.deployment.redis, self.deployment.sentinel
        wanted = {each.pods[0]: each.port for each in (redis, sentinel)}
        self.cluster.admit(CLIENT, wanted)
        return Traffic.start(self.cluster, self.deployment.sentinel_host, sentinel.port, master)

    async def master(self) -> str:
        """The pod that is master now."""
        return (await topology(self.cluster, self.deployment)).master

    def ordinal(self, pod: str) -> int:
        """A pod's ordinal."""
        return int(pod.rpartition("-")[2])

    async def master_elsewhere(self, recovery: Recovery) -> None:
        """See to it that the master is not ordinal 0, which a naive start script takes for the master."""
        master = await self.master()
        if self.ordinal(master) == 0:
            await self.kill(master)
            await asyncio.sleep(recovery.crash())
            await self.right(recovery.whole())

    def kubelet(self, pod: str) -> Kubelet:
        """The kubelet's care for the container of a pod that serves."""
        redis = self.deployment.redis
        workload = redis if pod in redis.pods else self.deployment.sentinel
        return self.cluster.pods[pod].kubelets[workload.container]

    async def kill(self, pod: str, back_after_s: float = 0.0) -> None:
        """Kill -9 of the serving process, to its end; its container stays down at least ``back_after_s``."""
        kubelet = self.kubelet(pod)
        kubelet.hold_until = asyncio.get_running_loop().time() + back_after_s
        self.note(f"kill -9, back after {back_after_s:g} s", pod)
        if kubelet.container:
            kubelet.container.kill(signal.SIGKILL)
            while kubelet.container.running():
                await asyncio.sleep(0.001)

    def freeze(self, pod: str) -> None:
        """Stop the serving process where it stands: its connections stay open and nothing answers."""
        self._signal(pod, signal.SIGSTOP, "frozen")

    def thaw(self, pod: str) -> None:
        """Let a frozen process go on, as if no time had passed."""
        self._signal(pod, signal.SIGCONT, "thawed")

    def _signal(self, pod: str, number: signal.Signals, what: str) -> None:
        self.note(what, pod)
        container = self.kubelet(pod).container
        if container:
            container.kill(number)

    async def isolate(self, *pods: str) -> None:
        """Drop every packet between these pods and all others, both ways."""
        self.note("isolated", ", ".join(pods))
        away = frozenset(self.cluster.pods[pod].ip for pod in pods)
        rest = frozenset(other.ip for other in self.cluster.pods.values()) - away
        self.cluster.cut = dict.fromkeys(away, rest) | dict.fromkeys(rest, away)
        self.isolated_at = time.time()
        await self.cluster.publish()

    async def heal(self) -> None:
        """Let all packets through again."""
        self.note("healed")
        self.cluster.cut = {}
        await self.cluster.publish()

    def dns(self, *, answering: bool) -> None:
        """Let the cluster's DNS drop every question, or answer again."""
        self.note("DNS answers again" if answering else "DNS drops every question")
        self.cluster.nameserver.answering = answering

    def delete(self, workload: Workload, ordinal: int, grace_s: float | None = None) -> asyncio.Task[None]:
        """Delete a pod; ``grace_s`` 0 is a forced delete."""
        self.note("forced delete" if grace_s == 0 else "delete", f"{workload.name}-{ordinal}")
        return self.cluster.sets[workload.name].delete(ordinal, grace_s)

    async def delete_all(self, grace_s: float | None = None) -> None:
        """Delete all pods of both workloads at once and wait until they are gone."""
        both = (self.deployment.redis, self.deployment.sentinel)
        await asyncio.gather(*(self.delete(w, n, grace_s) for w in both for n in range(w.replicas)))

    async def lose_power(self) -> None:
        """Every process ends at once, without hook or signal; the pods come back with new addresses."""
        both = (self.deployment.redis, self.deployment.sentinel)
        await asyncio.gather(*(self.kill(pod, float("inf")) for workload in both for pod in workload.pods))
        await self.delete_all(grace_s=0)

    def hold(self, workload: Workload, ordinals: set[int]) -> None:
        """Keep the controller from making these pods again until told otherwise."""
        self.cluster.sets[workload.name].held = ordinals

    def lose_volume(self, workload: Workload, ordinal: int) -> None:
        """Lose the data of an ordinal's claims."""
        self.note("volume lost", f"{workload.name}-{ordinal}")
        for claim in self.cluster.sets[workload.name].claims(ordinal):
            lose_claim(self.cluster.site.claims, claim)

    async def small_volumes(self, workload: Workload, size: str) -> None:
        """Before anything is applied: let the claims of all pods be volumes of that size (``32m``)."""
        for ordinal in range(workload.replicas):
            for claim in self.cluster.sets[workload.name].claims(ordinal):
                await shrink_claim(self.cluster.site.claims, claim, size)

    async def full_volume(self, workload: Workload, ordinal: int, seconds: float) -> None:
        """Leave no byte on the volumes of a pod, and after that time all that was taken."""
        claims = self.cluster.sets[workload.name].claims(ordinal)
        self.note("volume full", f"{workload.name}-{ordinal}")
        for claim in claims:
            fill_claim(self.cluster.site.claims, claim)
        await asyncio.sleep(seconds)
        self.note("volume has room again", f"{workload.name}-{ordinal}")
        for claim in claims:
            empty_claim(self.cluster.site.claims, claim)

    async def fill(self, pod: str, keys: int) -> None:
        """Set that many small keys on a master, one command each."""
        access = self.cluster.site.access
        client = Redis(host=self.cluster.pods[pod].ip, port=self.deployment.redis.port, **access.options())
        for first in range(0, keys, _BATCH):
            asking = client.pipeline(transaction=False)
            for number in range(first, min(first + _BATCH, keys)):
                asking.set(f"{access.prefix}filled:{number}", number)
            await asking.execute()
        await client.aclose()

    def said(self, pod: str, pattern: str) -> list[str]:
        """What a pod's serving container has said that matches: the first group of each match."""
        container = self.kubelet(pod).container
        log = container.spec.log.read_text(encoding="utf-8") if container else ""
        return re.findall(pattern, log)

    async def promoted(self, other_than: str, limit_s: float) -> str:
        """The pod that the Sentinels agree on after ``other_than``; empty if none within the limit."""
        until = time.monotonic() + limit_s
        while time.monotonic() < until:
            master = await self.master()
            if master not in ("", other_than):
                return master
            await asyncio.sleep(_POLL_S)
        return ""

    async def back_under_another(self, held: str, limit_s: float) -> None:
        """Let a Redis pod that is held come back a moment after another one leads, or when the limit is over."""
        await self.promoted(held, limit_s)
        await asyncio.sleep(_MISSING_S)
        self.hold(self.deployment.redis, set())

    async def rolling_restart(self, workload: Workload, limit_s: float) -> None:
        """kubectl rollout restart, until it is through."""
        self.note("rollout restart", workload.name)
        self.cluster.sets[workload.name].restart += 1
        await self.rolled_out(workload, limit_s)

    async def rolled_out(self, workload: Workload, limit_s: float) -> None:
        """Wait for the end of a rollout."""
        controlled = self.cluster.sets[workload.name]
        until = time.monotonic() + limit_s
        while not controlled.settled() and time.monotonic() < until:
            await asyncio.sleep(_POLL_S)
