"""Stage: what a scenario can do to a running deployment, and what it can wait for.

Why: scenarios must read as what is done and what must hold; how it is done is here.
"""

from __future__ import annotations

import asyncio
import math
import os
import re
import signal
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from redismanifests.core.steady import steady_now
from redismanifests.errors import RedismanifestsError
from redismanifests.prove.rehearse.bench.deployment import Deployment, deployment
from redismanifests.prove.rehearse.foreign.login import Logins
from redismanifests.prove.rehearse.foreign.progress import Progress, held_up, unsettled
from redismanifests.prove.rehearse.measure.dataset import Dataset
from redismanifests.prove.rehearse.measure.recovery import Probing, Recovery
from redismanifests.prove.rehearse.measure.topology import Topology, sentinel_view, topology
from redismanifests.prove.rehearse.measure.traffic import CLIENT, Traffic
from redismanifests.prove.rehearse.volumes import Volumes
from redismanifests.prove.toycluster.job import run_once
from redismanifests.prove.toycluster.linux import clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from redismanifests.prove.checks.workload import Workload
    from redismanifests.prove.rehearse.alerts.sounded import Watching
    from redismanifests.prove.rehearse.result import Measure
    from redismanifests.prove.toycluster.cluster import Cluster
    from redismanifests.prove.toycluster.objects import Objects
    from redismanifests.prove.toycluster.pods.kubelet import Kubelet
    from redismanifests.prove.toycluster.statefulset import StatefulSet

_ADDRESS = re.compile(r"[0-9.]+|[0-9a-f]*:[0-9a-f:]*")
_POLL_S = 0.5
_UNSETTLED_POLL_S = 5.0
"""While a container is not ready, what servers say decides nothing, and two dozen commands a round are most of the load
of a start."""
_INFO_S = 11.0
"""Sentinel asks a Redis for its priority every 10 s (SENTINEL_INFO_PERIOD)."""
_LED_S = 30.0
"""A failover that is asked for, and until every Sentinel has seen it."""
_MISSING_S = 5.0
"""How long a pod that is held stays away after the others have a master."""
_MAX_LAG_S = 10
"""min-replicas-max-lag where nothing is said (redis.conf)."""
_BATCH = 1000
"""Commands in one go to a Redis."""


class Stage:
    """A deployment in its rehearsal."""

    def __init__(self, cluster: Cluster) -> None:
        """Nothing is applied yet."""
        self.cluster = cluster
        self.deployment: Deployment = deployment(cluster.site.objects, cluster.site.services)
        self.rendered = cluster.site.objects
        """The objects before a scenario changed them."""
        self.volumes = Volumes(self)
        self.isolated_at = 0.0
        """When the last partition began, in seconds since 1970."""
        self.ends_at = 0.0
        """When what was given for a time only ends, in seconds since 1970."""
        self.saved_at = 0.0
        """When the backup began that is all that will be left, in seconds since 1970."""
        self.to_the_second = False
        """Whether nothing that was written a second after ``saved_at`` may be there."""
        self.destroyed_at = 0.0
        """When all else was destroyed, in seconds since 1970."""
        self.measures: list[Measure] = []
        """Figures of a scenario's own."""
        self.watch: Watching | None = None
        """The Prometheus that watches, if alerts are rehearsed."""
        self.changed: Callable[[Deployment], None] = lambda _: None
        """Called when the deployment was changed."""
        self.logins = Logins(cluster, self.deployment)

    def change(self, objects: Objects, *, told: bool = True) -> None:
        """Apply changed objects; ``told``: whether the application gets changed passwords and certificates."""
        self.cluster.change(objects)
        if told:
            self.cluster.site.access.renew(objects)
        self.deployment = deployment(objects, self.cluster.site.services)
        self.changed(self.deployment)

    async def alerted(self) -> None:
        """The fault is complete: hold it until every alert that must fire has; at once if no one watches."""
        if self.watch:
            await self.watch.fired()

    def note(self, text: str, subject: str = "") -> None:
        """Report an action."""
        self.cluster.site.emit("Fault", subject, text)

    async def right(self, limit_s: float, *, first: bool = False) -> tuple[float, Topology]:
        """Wait until the topology is right and every pod settled; seconds it took, and what was seen last.

        Past the limit it is waited on for as long again: by how much a limit is missed says more than that it is.
        A ``first`` start ends as soon as it makes no progress.
        """
        began = time.monotonic()
        progress = Progress(self.cluster)
        found, next_look = Topology("", ()), began
        while True:
            if time.monotonic() >= next_look or not any(unsettled(self.cluster)):
                found = await topology(self.cluster, self.deployment)
                next_look = time.monotonic() + _UNSETTLED_POLL_S
            first_of_all = held_up(self.cluster, self.logins)
            seen = Topology(found.master, (*first_of_all, *found.problems, *unsettled(self.cluster)))
            took = time.monotonic() - began
            if not seen.problems or took > 2 * limit_s or (first and progress.over(seen)):
                self.cluster.site.emit("Topology", seen.master, "; ".join(seen.problems) or "right")
                return took, seen
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
        return Traffic.start(
            self.cluster, self.deployment.sentinel_host, self.deployment.sentinel_port, master
        )

    def dataset(self) -> Dataset:
        """Keys to be loaded now and counted later."""
        return Dataset(
            self.cluster.site.access, lambda pod: (self.cluster.pods[pod].ip, self.deployment.redis.port)
        )

    async def master(self) -> str:
        """The pod that is master now."""
        return (await topology(self.cluster, self.deployment)).master

    def ordinal(self, pod: str) -> int:
        """A pod's number in its workload: its ordinal, if that is one set."""
        redis, sentinel = self.deployment.redis.pods, self.deployment.sentinel.pods
        return (redis if pod in redis else sentinel).index(pod)

    def place(self, workload: Workload, number: int) -> tuple[StatefulSet, int]:
        """The set of a workload's pod, and its ordinal there."""
        name, _, ordinal = workload.pods[number].rpartition("-")
        return self.cluster.sets[name], int(ordinal)

    def sets(self, workload: Workload) -> tuple[StatefulSet, ...]:
        """Its sets."""
        return tuple(self.cluster.sets[name] for name, _ in workload.sets)

    async def master_elsewhere(self, recovery: Recovery) -> None:
        """See to it that the master is not ordinal 0, which a naive start script takes for the master."""
        master = await self.master()
        if self.ordinal(master) == 0:
            await self.kill(master)
            await asyncio.sleep(recovery.crash())
            await self.right(recovery.whole())

    def kubelet(self, pod: str, workload: Workload | None = None) -> Kubelet:
        """The kubelet's care for the container of a pod that serves; where it has both, Redis without ``workload``."""
        found = self.started(pod, workload)
        if found is None:
            raise RedismanifestsError(f"{pod} is away, or its init containers are not over", "rehearse again")
        return found

    def started(self, pod: str, workload: Workload | None = None) -> Kubelet | None:
        """The same; None while the pod is away, or its init containers are not over."""
        redis = self.deployment.redis
        chosen = workload or (redis if pod in redis.pods else self.deployment.sentinel)
        return self.cluster.kubelet(pod, chosen.container)

    async def kill(self, pod: str, back_after_s: float = 0.0, workload: Workload | None = None) -> None:
        """Kill -9 of the serving process, to its end; its container stays down at least ``back_after_s``."""
        kubelet = self.kubelet(pod, workload)
        kubelet.hold_until = asyncio.get_running_loop().time() + back_after_s
        back = f", back after {back_after_s:g} s" if math.isfinite(back_after_s) else ""
        self.note(f"kill -9{back}", pod)
        if kubelet.container:
            kubelet.container.signal_server(signal.SIGKILL)
            while kubelet.container.running():
                await asyncio.sleep(0.001)

    async def held(self, *pods: str) -> None:
        """Kill the serving processes of these pods, and let none start again before every alert that must fire has."""
        await asyncio.gather(*(self.kill(pod, math.inf) for pod in pods))
        await self.alerted()
        for pod in pods:
            self.note("may start again", pod)
            self.kubelet(pod).hold_until = 0.0

    def freeze(self, pod: str, *, whole: bool = False) -> None:
        """Freeze the serving process: its connections stay open and it does not answer.

        ``whole`` stops everything in its container, as a node does that is frozen itself.
        """
        self._signal(pod, signal.SIGSTOP, "frozen with all that runs beside it" if whole else "frozen", whole)

    def thaw(self, pod: str, *, whole: bool = False) -> None:
        """Let a frozen process go on, as if no time had passed."""
        self._signal(pod, signal.SIGCONT, "thawed", whole)

    def _signal(self, pod: str, number: signal.Signals, what: str, whole: bool) -> None:
        self.note(what, pod)
        container = self.kubelet(pod).container
        if container and whole:
            container.signal_all(number)
        elif container:
            container.signal_server(number)

    async def isolate(self, *pods: str) -> None:
        """Drop every packet between these pods and all others, both ways."""
        self.note("isolated", ", ".join(pods))
        away = frozenset(self.cluster.pods[pod].ip for pod in pods)
        rest = frozenset(other.ip for other in self.cluster.pods.values()) - away
        self.cluster.cut = dict.fromkeys(away, rest) | dict.fromkeys(rest, away)
        self.isolated_at = steady_now()
        await self.cluster.publish()

    async def cut(self, what: str, *directions: tuple[Iterable[str], Iterable[str]]) -> None:
        """Drop every packet from the pods of the first group to those of the second, for each direction."""
        self.note(what)
        dropped: dict[str, set[str]] = {}
        for sources, targets in directions:
            away = {self.cluster.pods[pod].ip for pod in targets}
            for pod in sources:
                ip = self.cluster.pods[pod].ip
                dropped.setdefault(ip, set()).update(away - {ip})
        self.cluster.cut = {ip: frozenset(others) for ip, others in dropped.items()}
        self.isolated_at = steady_now()
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

    def step_clocks(self, ahead_s: int) -> None:
        """Set the time of the day that all containers see, now and later; see clock.settable."""
        self.note(f"clocks are {ahead_s:+d} s from this machine's")
        self.cluster.site.objects = clock.stepped(self.cluster.site.objects, ahead_s)
        for pod in self.cluster.pods.values():
            clock.step(pod.volumes, ahead_s)

    def delete(self, workload: Workload, ordinal: int, grace_s: float | None = None) -> asyncio.Task[None]:
        """Delete a pod; ``grace_s`` 0 is a forced delete."""
        self.note("forced delete" if grace_s == 0 else "delete", workload.pods[ordinal])
        place, number = self.place(workload, ordinal)
        return place.delete(number, grace_s)

    async def delete_all(self, grace_s: float | None = None) -> None:
        """Delete all pods of both workloads at once and wait until they are gone."""
        both = (self.deployment.redis, self.deployment.sentinel)
        each_once = {pod: (w, n) for w in both for n, pod in enumerate(w.pods)}
        await asyncio.gather(*(self.delete(w, n, grace_s) for w, n in each_once.values()))

    async def lose_power(self) -> None:
        """Every process ends at once, without hook or signal; the pods restart with new addresses."""
        both = (self.deployment.redis, self.deployment.sentinel)
        await asyncio.gather(*(self.kill(pod, math.inf, each) for each in both for pod in each.pods))
        await self.delete_all(grace_s=0)

    async def back_up(self) -> str:
        """Run the CronJob of the backup once; why it failed, or nothing."""
        self.saved_at = steady_now()
        return await self.run_job(f"{self.deployment.redis.name}-backup")

    async def run_job(self, name: str) -> str:
        """Run a CronJob once, where there is one; why it failed, or nothing."""
        cron_job = self.cluster.site.objects.named("CronJob", name)
        return await run_once(self.cluster, cron_job) if cron_job else ""

    def hold(self, workload: Workload, ordinals: set[int]) -> None:
        """Keep the controller from recreating these pods until they are released."""
        for each in self.sets(workload):
            each.held = set()
        for place, number in (self.place(workload, ordinal) for ordinal in ordinals):
            place.held.add(number)

    async def fill(self, pod: str, keys: int, size: int = 0) -> None:
        """Set that many keys on a master, one command each: small ones, or with as many random bytes."""
        access = self.cluster.site.access
        client = Redis(host=self.cluster.pods[pod].ip, port=self.deployment.redis.port, **access.options())
        for first in range(0, keys, _BATCH):
            asking = client.pipeline(transaction=False)
            for number in range(first, min(first + _BATCH, keys)):
                asking.set(f"{access.prefix}filled:{number}", os.urandom(size) if size else number)
            await asking.execute()
        await client.aclose()

    async def script(self, pod: str, text: str, *arguments: int) -> None:
        """Run a script on a Redis to its end, with one key."""
        access = self.cluster.site.access
        client = Redis(host=self.cluster.pods[pod].ip, port=self.deployment.redis.port, **access.options())
        try:
            await client.eval(text, 1, f"{access.prefix}script", *arguments)
        finally:
            await client.aclose()

    async def forget_refusals(self) -> None:
        """Reset the log of refused commands: what the rehearsal itself tried is no fault of the deployment (PB080)."""
        for workload in (self.deployment.redis, self.deployment.sentinel):
            for pod in workload.pods:
                options = self.cluster.site.access.options(sentinel=workload is self.deployment.sentinel)
                client = Redis(host=self.cluster.pods[pod].ip, port=workload.port, **options)
                with suppress(ResponseError):  # An account that may not reset it is none that PB080 looks at.
                    await client.execute_command("ACL", "LOG", "RESET")  # type: ignore[no-untyped-call]
                await client.aclose()

    def said(self, pod: str, pattern: str) -> list[str]:
        """What a pod's serving container has said that matches: the first group of each match."""
        kubelet = self.started(pod)
        container = kubelet.container if kubelet else None
        log = container.spec.log.read_text(encoding="utf-8") if container else ""
        return re.findall(pattern, log)

    async def lead(self, pod: str) -> None:
        """Let this pod be master, without a pause of writes: before the first write. Not if accounts forbid it."""
        access, deployment = self.cluster.site.access, self.deployment
        former = await self.master()
        if former == pod:
            return
        own = Redis(host=self.cluster.pods[pod].ip, port=deployment.redis.port, **access.options())
        sentinel = self.cluster.pods[deployment.sentinel.pods[0]].ip
        login = access.options(sentinel=True)
        asked = Redis(host=sentinel, port=deployment.sentinel.port, decode_responses=True, **login)
        try:
            before = (await own.config_get("replica-priority"))["replica-priority"] or ""
            await own.config_set("replica-priority", 1)
            await asyncio.sleep(_INFO_S)
            await asked.execute_command("SENTINEL", "FAILOVER", deployment.desired.master_name)  # type: ignore[no-untyped-call]
            await self.promoted(former, _LED_S)
            await own.config_set("replica-priority", before)
        except ResponseError as error:
            self.note(f"cannot be made master here: {error}", pod)
        finally:
            await own.aclose()
            await asked.aclose()
        await self.right(_LED_S)

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
        """Release a held Redis pod a moment after another one is master, or at the limit."""
        await self.promoted(held, limit_s)
        await asyncio.sleep(_MISSING_S)
        self.hold(self.deployment.redis, set())

    async def rolling_restart(self, workload: Workload, limit_s: float) -> None:
        """kubectl rollout restart, until it is through."""
        self.note("rollout restart", workload.name)
        for each in self.sets(workload):
            each.restart += 1
        await self.rolled_out(workload, limit_s)

    async def rolled_out(self, workload: Workload, limit_s: float) -> None:
        """Wait for the end of a rollout."""
        controlled = self.sets(workload)
        until = time.monotonic() + limit_s
        while not all(each.settled() for each in controlled) and time.monotonic() < until:
            await asyncio.sleep(_POLL_S)
