"""Backup under fire: faults in the middle of backups; after each, every listed one restores, and no good one is gone.

What must be hit between two commands of a script, what needs an object store, and the clock of a node are in
tests/backup/test_fire.py: a pod of a rehearsal runs the programs of this machine as they are.
"""

from __future__ import annotations

import asyncio
import re
import signal
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.bench.backup.kept import (
    UPLOAD,
    Kept,
    backup_of,
    drill_for,
    drill_of,
    with_retention,
)
from redismanifests.prove.rehearse.bench.change import with_directives, with_secret
from redismanifests.prove.rehearse.bench.secret import password, values_of
from redismanifests.prove.rehearse.measure.recovery import Recovery
from redismanifests.prove.rehearse.measure.topology import sentinel_view
from redismanifests.prove.rehearse.result import Measure
from redismanifests.prove.rehearse.scenario import Scenario
from redismanifests.prove.toycluster.job import run_once
from redismanifests.prove.toycluster.pods.volume import empty_claim, fill_claim, shrink_claim
from redismanifests.render.rendered import pod_template

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from redismanifests.prove.rehearse.stage import Stage
    from redismanifests.prove.toycluster.objects import Objects
    from redismanifests.prove.toycluster.pods.kubelet import Kubelet
    from redismanifests.prove.toycluster.pods.pod import Pod

_COUNT, _LEAST = 3, 2
_STORE_SIZE = "32m"
_DELAY_US = 300
"""Of each key of a dump: with what the application has written it takes seconds, in which something can break."""
_MIDDLE_S = 1.5
"""From the words with which a dump begins to its middle: repl-diskless-sync-delay is a second, then come the keys."""
_BEGUN_S, _POLL_S = 60.0, 0.02
_INFO_S = 11.0
"""A Sentinel reads INFO every 10 s: what showed as a replica in between it has seen by then."""
_SOURCE = re.compile(r"dump of replica (\S+): it has offset")


def _lacks(objects: Objects) -> str:
    if not backup_of(objects):
        return "the objects make no backup"
    return "" if drill_of(objects) else "the objects have no restore drill (backup.drill)"


async def _before(stage: Stage) -> None:
    objects = with_retention(stage.cluster.site.objects, count=_COUNT, least=_LEAST)
    stage.change(with_directives(objects, rdb_key_save_delay=_DELAY_US))
    kept = Kept.of(stage.cluster.site)
    await shrink_claim(stage.cluster.site.claims, kept.folder.name, _STORE_SIZE)


@dataclass(slots=True)
class _Range:
    """The store under fire, and what was found so far."""

    stage: Stage
    kept: Kept
    good: list[str] = field(default_factory=list)
    """Every backup that restored once, the oldest first."""
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
            raise AssertionError("_lacks has looked")
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
        """Restore every listed backup, and look whether a good one is gone that had to stay."""
        listed = [each for each in self.kept.ids if each != self.damaged]
        problems = await asyncio.gather(*map(self.drilled, listed))
        for backup, problem in zip(listed, problems, strict=True):
            if problem:
                self.broken.append(f"{backup} after {fault}: {problem}")
            elif backup not in self.good:
                self.good.append(backup)
        for backup in self.good:
            newer = sum(other > backup for other in listed)
            if backup != self.damaged and backup not in listed and newer < _LEAST:
                self.gone.append(f"{backup} after {fault}")
        self.stage.note(f"{len(listed)} listed, {len(self.broken)} do not restore", fault)

    async def drilled(self, backup: str) -> str:
        """Why this backup does not restore, or nothing."""
        stage = self.stage
        drill = drill_of(stage.cluster.site.objects)
        if drill is None:
            raise AssertionError("_lacks has looked")
        stage.cluster.site.objects, own = drill_for(stage.cluster.site.objects, drill, backup)
        return await run_once(stage.cluster, own)

    async def source(self, pod: Pod) -> str:
        """The replica that a backup reads, in the middle of the dump; empty where no dump begins."""
        log = self.stage.cluster.site.logs / f"{pod.name}_backup-dump.log"
        found = None
        until = time.monotonic() + _BEGUN_S
        while found is None and time.monotonic() < until:
            await asyncio.sleep(_POLL_S)
            found = _SOURCE.search(log.read_text("utf-8")) if log.exists() else None
        await asyncio.sleep(_MIDDLE_S)
        return self._pod_at(found[1]) if found else ""

    def _pod_at(self, address: str) -> str:
        services = {each.name for each in self.stage.cluster.site.services if each.cluster_ip == address}
        pods = self.stage.deployment.redis.pods
        return next(each for each in pods if each in services or address.partition(".")[0] == each)


async def _master_killed(fire: _Range, recovery: Recovery) -> None:
    async def fault(pod: Pod) -> None:
        await fire.source(pod)
        await fire.stage.kill(await fire.stage.master())

    await fire.back_up(fault)
    await fire.stage.right(recovery.whole())


async def _source_killed(fire: _Range, recovery: Recovery) -> None:
    async def fault(pod: Pod) -> None:
        await fire.stage.kill(await fire.source(pod))

    fire.must_fail("the dumped replica was killed", await fire.back_up(fault))
    await fire.stage.right(recovery.whole())


async def _killed_in_the_dump(fire: _Range, _recovery: Recovery) -> None:
    async def fault(pod: Pod) -> None:
        await fire.source(pod)
        fire.kill(pod.initialising["backup-dump"])

    fire.must_fail("its pod was killed", await fire.back_up(fault))


async def _killed_in_the_upload(fire: _Range, _recovery: Recovery) -> None:
    before = fire.kept.dumps

    async def fault(pod: Pod) -> None:
        until = time.monotonic() + _BEGUN_S
        while fire.kept.dumps == before and time.monotonic() < until:
            await asyncio.sleep(_POLL_S)
        fire.kill(pod.kubelets[UPLOAD])

    await fire.back_up(fault)


async def _store_full(fire: _Range, _recovery: Recovery) -> None:
    claims, claim = fire.stage.cluster.site.claims, fire.kept.folder.name
    fill_claim(claims, claim)
    fire.must_fail("the store was full", await fire.back_up())
    empty_claim(claims, claim)


async def _store_refuses(fire: _Range, _recovery: Recovery) -> None:
    place = fire.kept.place
    mode = place.stat().st_mode
    place.chmod(0)
    fire.must_fail("the store refused", await fire.back_up())
    place.chmod(mode)


async def _password_changed(fire: _Range, _recovery: Recovery) -> None:
    objects = fire.stage.cluster.site.objects
    login = _login(objects)
    if login is None:
        fire.skipped += 1
        return
    name, key = login
    right = values_of(objects, name)
    fire.stage.change(with_secret(objects, name, {**right, key: password().encode()}), told=False)
    fire.must_fail("its password was another one", await fire.back_up())
    fire.stage.change(with_secret(objects, name, right), told=False)
    await fire.stage.forget_refusals()


def _login(objects: Objects) -> tuple[str, str] | None:
    """The Secret with the password of the backup's account, and its key; None without accounts."""
    backup = backup_of(objects)
    for volume in pod_template(backup)["spec"]["volumes"] if backup else ():
        if volume["name"] == "auth":
            return volume["secret"]["secretName"], volume["secret"]["items"][0]["key"]
    return None


async def _byte_changed(fire: _Range, _recovery: Recovery) -> None:
    fire.damaged = fire.kept.ids[0]
    fire.kept.change_byte(fire.damaged)
    fire.must_fail("a byte was changed", await fire.drilled(fire.damaged))


_FAULTS: Mapping[str, Callable[[_Range, Recovery], Awaitable[None]]] = {
    "the master is killed during the dump": _master_killed,
    "the dumped replica is killed": _source_killed,
    "the pod is killed during the dump": _killed_in_the_dump,
    "the pod is killed during the upload": _killed_in_the_upload,
    "the store is full": _store_full,
    "the store refuses": _store_refuses,
    "the password is changed": _password_changed,
    "a byte is changed": _byte_changed,
}


async def _play(stage: Stage, recovery: Recovery) -> None:
    fire = _Range(stage, Kept.of(stage.cluster.site))
    for _ in range(_LEAST):
        await fire.whole()
    for name, fault in _FAULTS.items():
        stage.note(name)
        await fault(fire, recovery)
        await fire.judge(name)
        # With each of these the retention goes over what the fault left.
        await fire.whole()
    await fire.judge("all of them")
    await asyncio.sleep(_INFO_S)
    stage.cluster.site.trouble += [*fire.broken, *(f"a good backup is gone: {each}" for each in fire.gone)]
    stage.measures += [
        Measure("faults", len(_FAULTS) - fire.skipped, ""),
        Measure("good backups", len(fire.good), ""),
        Measure("listed backups that do not restore", len(fire.broken), "", 0),
        Measure("good backups that are gone", len(fire.gone), "", 0),
        Measure("phantom replicas", await _phantoms(stage), "", 0),
    ]


async def _phantoms(stage: Stage) -> int:
    """How many replicas more than there are any Sentinel knows."""
    known = [
        int((await sentinel_view(stage.cluster, stage.deployment, pod)).get("num-slaves", 0))
        for pod in stage.deployment.sentinel.pods
    ]
    return max(known) - (stage.deployment.redis.replicas - 1)


SCENARIO = Scenario(
    name="backup-under-fire",
    about="faults in the middle of backups: servers, pods, the store, a password, a changed byte",
    before=_before,
    substituted=(
        f"retention: {_COUNT} backups, at least {_LEAST}",
        f"rdb-key-save-delay {_DELAY_US}, so that a dump takes seconds",
        f"the store of backups: {_STORE_SIZE}, so that it can be full",
    ),
    play=_play,
    outage=Recovery.crash,
    lacks=_lacks,
)
