"""Kubelet: keeps one container of a pod running, probes it, restarts it with back-off, and stops it with grace.

Why: outages are made of these moments: when a crash is noticed, how long the back-off is, which signal comes after
which hook.
"""

from __future__ import annotations

import asyncio
import math
import random
import signal
from typing import TYPE_CHECKING, Any

from redismanifests.prove.toycluster.pods.container import Container, ContainerSpec
from redismanifests.prove.toycluster.pods.probe import KINDS, Probe, attempt, watch

if TYPE_CHECKING:
    from collections.abc import Callable

    from redismanifests.core.object import Object
    from redismanifests.prove.toycluster.event import Emit

RELIST_S = 1.0
"""The kubelet looks for exited containers once a second (its pod lifecycle event generator)."""
BACK_OFF_S, BACK_OFF_MAX_S, BACK_OFF_RESET_S = 10.0, 300.0, 600.0
"""CrashLoopBackOff: nothing before the first restart, then 10 s doubling to 300 s; forgotten after 10 quiet minutes."""
AT_ONCE_S = 10.0
"""A container that ends sooner did not wait for anything."""
_LOOK_S = 0.02
"""How often the end of a container is looked for while it is being stopped."""
MINIMUM_GRACE_S = 2.0
"""Between SIGTERM and SIGKILL however little of the grace period a hook has left."""
FORCED_GRACE_S = 1.0
"""What a pod deleted with grace period 0 has all the same (calculateEffectiveGracePeriod in kubelet's pod_workers.go):
its hook begins, and after this second SIGTERM comes."""


class Kubelet:
    """The kubelet's care for one container."""

    def __init__(
        self, spec: Object, start: ContainerSpec, pod: str, ip: str, emit: Emit, trouble: list[str]
    ) -> None:
        """``spec`` is the container of the manifest, ``start`` what runs it here."""
        self.container: Container | None = None
        self.ready = False
        self.restarts = 0
        self.reason = "has not started yet"
        self.ended = ""
        """How it ended the last time."""
        self.ended_at_once = 0
        """How often in a row it ended within seconds of its start."""
        self.hold_until = 0.0
        self.changed: Callable[[], None] = lambda: None
        self._spec = spec
        self._start = start
        self._ip = ip
        self._emit = emit
        self._trouble = trouble
        self._subject = f"{pod}/{start.name}"
        self._grace_s = 30.0
        self._back_off_s = 0.0
        self._ending: asyncio.Task[None] | None = None
        self._stop = asyncio.Event()
        self._over = asyncio.Event()

    async def keep(self, grace_s: float) -> None:
        """Run the container until :meth:`stop`; ``grace_s`` is the pod's, for kills by a probe."""
        self._grace_s = grace_s
        try:
            await self._keep()
        finally:
            self._over.set()

    def forget_crashes(self) -> None:
        """As ten quiet minutes do: after the next crash the container restarts at once."""
        self._back_off_s = 0.0

    async def _keep(self) -> None:
        loop = asyncio.get_running_loop()
        while not self._stop.is_set():
            started = loop.time()
            self.container = await Container.start(self._start)
            self.reason = "runs, and its probes have not passed yet"
            self._emit("Started", self._subject, f"restarts {self.restarts}" + self.container.problem)
            probing = asyncio.create_task(self._probe(self.container))
            code = await self.container.wait()
            probing.cancel()
            # Not awaited itself: that would take a cancellation of this task for the end of the probes.
            await asyncio.wait({probing})
            if not probing.cancelled():
                probing.result()
            self.ended = self.reason = f"exited with code {code}; it last said: {self.container.last_line}"
            self._turn(ready=False)
            self._emit("Exited", self._subject, f"code {code} {self.container.problem}".rstrip())
            if self._stop.is_set():
                return
            exited = loop.time()
            self.ended_at_once = self.ended_at_once + 1 if exited - started < AT_ONCE_S else 0
            if exited - started > BACK_OFF_RESET_S:
                self._back_off_s = 0.0
            noticed = exited + random.uniform(0, RELIST_S)
            again = max(noticed, exited + self._back_off_s)
            self._back_off_s = min(max(BACK_OFF_S, self._back_off_s * 2), BACK_OFF_MAX_S)
            waits = max(again, self.hold_until) - exited
            if RELIST_S < waits < math.inf:
                self._emit("BackOff", self._subject, f"again in {waits:.1f} s")
            while loop.time() < max(again, self.hold_until) and not self._stop.is_set():
                await asyncio.sleep(0.05)
            self.restarts += 1

    def _turn(self, *, ready: bool, reason: str = "") -> None:
        if ready != self.ready:
            self.ready = ready
            self._emit("Ready" if ready else "NotReady", self._subject, reason)
            self.changed()

    async def _probe(self, container: Container) -> None:
        probes = {kind: Probe.of(self._spec, kind) for kind in KINDS}

        def once(probe: Probe) -> Callable[[], Any]:
            return lambda: attempt(probe, self._spec, container, self._ip)

        def judged(kind: str) -> Callable[[bool, str], None]:
            def report(good: bool, problem: str) -> None:
                if problem:
                    self.reason = f"{kind} probe failed: {problem}"
                elif kind != "liveness" or self.ready:
                    # Being alive is no reason why a container is not ready.
                    self.reason = "its probes pass"
                if kind == "readiness":
                    self._turn(ready=good, reason=problem)
                elif not good and container.running() and (self._ending is None or self._ending.done()):
                    self._emit("Unhealthy", self._subject, f"{kind} probe failed: {problem}")
                    probe = probes[kind]
                    grace = self._grace_s if probe is None or probe.grace_s is None else probe.grace_s
                    # Not awaited here: the kill ends this very task, once the container has exited.
                    self._ending = asyncio.create_task(self._end(container, grace, forced=False))

            return report

        if probes["startup"]:
            startup = probes["startup"]
            await watch(startup, once(startup), judged("startup"), until_success=True)
        if probes["readiness"] is None:
            self._turn(ready=True)
        async with asyncio.TaskGroup() as group:
            for kind in ("readiness", "liveness"):
                if probe := probes[kind]:
                    group.create_task(watch(probe, once(probe), judged(kind)))

    async def stop(self, grace_s: float, *, forced: bool) -> None:
        """Stop it for good: hook, SIGTERM, SIGKILL; ``forced`` is a grace period of 0, and no fault where it kills."""
        self._stop.set()
        while not self._over.is_set():
            if self.container and self.container.running():
                await self._end(self.container, grace_s, forced=forced)
            await asyncio.sleep(_LOOK_S)

    async def _end(self, container: Container, grace_s: float, *, forced: bool) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        hook = (self._spec.get("lifecycle") or {}).get("preStop")
        grace = FORCED_GRACE_S if forced else grace_s
        hooking: asyncio.Task[None] | None = None
        if hook:
            # One that is not done by then is left alone: it goes on beside the server, and ends with its container.
            hooking = asyncio.create_task(self._hook(container, hook, grace + MINIMUM_GRACE_S))
            await asyncio.wait({hooking}, timeout=grace)
        self._emit("Killing", self._subject, f"SIGTERM {loop.time() - began:.1f} s after the stop began")
        container.kill(signal.SIGTERM)
        until = loop.time() + max(MINIMUM_GRACE_S, began + grace - loop.time())
        while container.running() and loop.time() < until:
            await asyncio.sleep(_LOOK_S)
        if container.running():
            if not forced:
                self._trouble.append(
                    f"{self._subject} did not end within its {grace_s:g} s of grace and was killed"
                )
            self._emit("Killing", self._subject, f"SIGKILL {loop.time() - began:.1f} s after the stop began")
            container.kill(signal.SIGKILL)
        while container.running():
            await asyncio.sleep(_LOOK_S)
        if hooking:
            await self._cut_off(hooking)

    async def _cut_off(self, hooking: asyncio.Task[None]) -> None:
        """The end of a hook whose container is gone."""
        if hooking.done():
            hooking.result()
            return
        hooking.cancel()
        await asyncio.wait({hooking})
        self._emit("FailedPreStopHook", self._subject, "cut off by the end of its container")

    async def _hook(self, container: Container, hook: Object, limit_s: float) -> None:
        if "sleep" in hook:
            await asyncio.sleep(min(limit_s, hook["sleep"]["seconds"]))
            return
        self._emit("PreStop", self._subject, "begins")
        if "exec" in hook:
            done = await container.exec(hook["exec"]["command"], limit_s)
            problem = f"exit {done.code} {done.output.strip()[:200]}" if done.code else ""
        else:
            # The API gives httpGet hooks and httpGet probes one shape.
            problem = await attempt(Probe(hook, 0, 0, limit_s, 1, 1, None), self._spec, container, self._ip)
        self._emit("FailedPreStopHook" if problem else "PreStop", self._subject, problem or "ended")
