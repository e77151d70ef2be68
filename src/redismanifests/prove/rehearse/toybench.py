"""Toy bench: a deployment in its rehearsal, as faults break it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from redismanifests.prove.faults.fault import Hit

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from redismanifests.prove.checks.workload import Workload
    from redismanifests.prove.faults.bench import Verb
    from redismanifests.prove.faults.fault import Fault
    from redismanifests.prove.rehearse.measure.recovery import Recovery
    from redismanifests.prove.rehearse.stage import Stage


class ToyBench:
    """The pods of the toy cluster."""

    def __init__(self, stage: Stage, recovery: Recovery) -> None:
        """``recovery`` says how long a rollout may take."""
        self._stage = stage
        self._recovery = recovery

    @property
    def redis(self) -> Workload:
        """The pods with the data."""
        return self._stage.deployment.redis

    @property
    def sentinel(self) -> Workload:
        """The pods that vote."""
        return self._stage.deployment.sentinel

    def unsupported(self, verb: Verb) -> str:
        """Nothing is."""
        return ""

    def _set_of(self, pod: str) -> Workload:
        return self.redis if pod in self.redis.pods else self.sentinel

    async def kill(self, pod: str) -> None:
        """Kill the serving process; its container restarts at once."""
        await self._stage.kill(pod)

    async def delete(self, *pods: str, grace_s: float | None = None) -> None:
        """Delete pods, and wait until they are gone."""
        stage = self._stage
        each_once = dict.fromkeys(pods)
        await asyncio.gather(
            *(stage.delete(self._set_of(pod), stage.ordinal(pod), grace_s) for pod in each_once)
        )

    async def restart(self, *workloads: Workload) -> None:
        """A rollout restart of these sets at the same time."""
        whole_s = self._recovery.whole()
        await asyncio.gather(
            *(self._stage.rolling_restart(each, each.replicas * whole_s) for each in workloads)
        )

    async def node_of(self, pod: str) -> str:
        """Pods of one ordinal are a node: the toy cluster has only one machine."""
        return pod.rpartition("-")[2]

    async def drain(self, node: str) -> None:
        """Delete the pods of that ordinal at once."""
        both = (self.redis, self.sentinel)
        await self.delete(*(pod for each in both for pod in each.pods if pod.rpartition("-")[2] == node))


def played(fault: Fault) -> Callable[[Stage, Recovery], Awaitable[None]]:
    """The ``play`` of a scenario that does this fault to the master of the moment."""

    async def play(stage: Stage, recovery: Recovery) -> None:
        await fault.play(ToyBench(stage, recovery), Hit(await stage.master()))

    return play
