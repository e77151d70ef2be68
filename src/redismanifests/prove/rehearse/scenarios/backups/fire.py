"""Range: a store under fire: backups with a fault in their middle; after each, every listed one restores.

What must be hit between two commands of a script, what needs an object store, and the clock of a node are in
tests/backup/test_fire.py: a pod of a rehearsal runs the programs of this machine as they are.
"""

from __future__ import annotations

import asyncio
import re
import signal
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.bench.backup.kept import (
    Kept,
    backup_of,
    drill_for,
    drill_of,
    lacks_drill,
    with_retention,
)
from redismanifests.prove.rehearse.bench.change import with_directives
from redismanifests.prove.rehearse.result import Measure
from redismanifests.prove.toycluster.job import run_once
from redismanifests.prove.toycluster.pods.volume import shrink_claim

if TYPE_CHECKING:
    from collections.abc import Mapping

    from redismanifests.prove.rehearse.measure.recovery import Recovery
    from redismanifests.prove.rehearse.stage import Stage
    from redismanifests.prove.toycluster.objects import Objects
    from redismanifests.prove.toycluster.pods.kubelet import Kubelet
    from redismanifests.prove.toycluster.pods.pod import Pod

COUNT, LEAST = 3, 2
"""Backups that stay, and of how many good ones none goes."""
STORE_SIZE = "32m"
DELAY_US = 300
"""Of each key of a dump: with what the application has written it takes seconds, in which something can break."""
_MIDDLE_S = 1.5
"""From the words with which a dump begins to its middle: repl-diskless-sync-delay is a second, then come the keys."""
BEGUN_S, POLL_S = 60.0, 0.02
_SOURCE = re.compile(r"dump of replica (\S+): it has offset")

SUBSTITUTED = (
    f"retention: {COUNT} backups, at least {LEAST}",
    f"rdb-key-save-delay {DELAY_US}, so that a dump takes seconds",
    f"the store of backups: {STORE_SIZE}, so that it can be full",
)


def lacks(objects: Objects) -> str:
    """Why nothing can be under fire; empty where it can."""
    return lacks_drill(objects) if backup_of(objects) else "the objects make no backup"


async def before(stage: Stage) -> None:
    """Dumps that take seconds, few that stay, and a small store."""
    objects = with_retention(stage.cluster.site.objects, count=COUNT, least=LEAST)
    stage.change(with_directives(objects, rdb_key_save_delay=DELAY_US))
    kept = Kept.of(stage.cluster.site)
    await shrink_claim(stage.cluster.site.claims, kept.folder.name, STORE_SIZE)


@dataclass(slots=True)
class Range:
    """The store under fire, and what was found so far."""

    stage: Stage
    kept: Kept
    good: dict[str, str] = field(default_factory=dict)
    """Every backup that restored once, the oldest first, and the sum of its files then."""
    damaged: str = ""
    skipped: int = 0
    """Faults that need something which this deployment has not."""
    broken: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)

    async def back_up(self, fault: Callable[[Pod], Awaitable[None]] | None = None) -> str:
        """One run of the CronJob, and a fault in its middle; why it failed, or nothing."""
        # Ids go by the second.
        await asyncio.sleep(1.1)
        pods: list[Pod] = []
        backup = backup_of(self.stage.cluster.site.objects)
        if backup is None:
            raise AssertionError("lacks has looked")
        running = asyncio.create_task(run_once(self.stage.cluster, backup, pods.append))
        await asyncio.sleep(0)
        if fault:
            await fault(pods[0])
        return await running

    def must_fail(self, why: str, problem: str) -> None:
        """Note what was said; a run that noticed nothing is trouble."""
        self.stage.note(problem or "nothing was noticed")
        if not problem:
            self.stage.cluster.site.trouble.append(f"{why}, and nothing was noticed")

    def kill(self, kubelet: Kubelet) -> None:
        """Kill everything in a container at once."""
        if kubelet.container:
            kubelet.container.signal_all(signal.SIGKILL)

    async def whole(self) -> None:
        """A backup without a fault, which must succeed."""
        if problem := await self.back_up():
            self.stage.cluster.site.trouble.append(f"a backup without a fault failed: {problem}")

    async def judge(self, fault: str) -> None:
        """Restore every listed backup, and look whether a good one is gone that had to stay.

        One of which every byte is as it was when it restored is not restored again.
        """
        listed = [each for each in self.kept.ids if each != self.damaged]
        changed = [each for each in listed if self.good.get(each) != self.kept.sum_of(each)]
        problems = await asyncio.gather(*map(self.drilled, changed))
        for backup, problem in zip(changed, problems, strict=True):
            if problem:
                self.broken.append(f"{backup} after {fault}: {problem}")
            else:
                self.good[backup] = self.kept.sum_of(backup)
        for backup in self.good:
            newer = sum(other > backup for other in listed)
            if backup != self.damaged and backup not in listed and newer < LEAST:
                self.gone.append(f"{backup} after {fault}")
        self.stage.note(f"{len(listed)} listed, {len(self.broken)} do not restore", fault)

    async def drilled(self, backup: str) -> str:
        """Why this backup does not restore, or nothing."""
        stage = self.stage
        drill = drill_of(stage.cluster.site.objects)
        if drill is None:
            raise AssertionError("lacks has looked")
        stage.cluster.site.objects, own = drill_for(stage.cluster.site.objects, drill, backup)
        return await run_once(stage.cluster, own)

    async def source(self, pod: Pod) -> str:
        """The replica that a backup reads, in the middle of the dump; empty where no dump begins."""
        log = self.stage.cluster.site.logs / f"{pod.name}_backup-dump.log"
        found = None
        until = time.monotonic() + BEGUN_S
        while found is None and time.monotonic() < until:
            await asyncio.sleep(POLL_S)
            found = _SOURCE.search(log.read_text("utf-8")) if log.exists() else None
        await asyncio.sleep(_MIDDLE_S)
        return self._pod_at(found[1]) if found else ""

    async def under(self, faults: Mapping[str, Fault], recovery: Recovery) -> None:
        """Two backups; each fault, then what is listed, and a backup whose retention goes over what the fault left."""
        for _ in range(LEAST):
            await self.whole()
        for name, fault in faults.items():
            self.stage.note(name)
            await fault(self, recovery)
            await self.judge(name)
            await self.whole()
        await self.judge("all of them")
        self.stage.cluster.site.trouble += [
            *self.broken, *(f"a good backup is gone: {each}" for each in self.gone)
        ]  # fmt: skip
        self.stage.measures += [
            Measure("faults", len(faults) - self.skipped, ""),
            Measure("good backups", len(self.good), ""),
            Measure("listed backups that do not restore", len(self.broken), "", 0),
            Measure("good backups that are gone", len(self.gone), "", 0),
        ]

    def _pod_at(self, address: str) -> str:
        services = {each.name for each in self.stage.cluster.site.services if each.cluster_ip == address}
        pods = self.stage.deployment.redis.pods
        return next(each for each in pods if each in services or address.partition(".")[0] == each)


Fault = Callable[["Range", "Recovery"], Awaitable[None]]
"""What is done to a range, around a backup of its own."""
