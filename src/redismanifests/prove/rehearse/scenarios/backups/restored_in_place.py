"""Restored in place: the runbook of docs/restore.md, step by step, on a deployment that holds newer data."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from redismanifests.core.steady import steady_now
from redismanifests.prove.rehearse.bench.backup.kept import Kept
from redismanifests.prove.rehearse.bench.backup.restore import from_own_backup, restoring
from redismanifests.prove.rehearse.measure.recovery import Recovery
from redismanifests.prove.rehearse.result import Measure
from redismanifests.prove.rehearse.scenario import Scenario
from redismanifests.prove.rehearse.scenarios.backups.restoring import first_life, lacks_backup
from redismanifests.prove.toycluster.pods.volume import claim_folder

if TYPE_CHECKING:
    from redismanifests.prove.checks.workload import Workload
    from redismanifests.prove.rehearse.stage import Stage
    from redismanifests.prove.toycluster.objects import Objects

_LATER_S = 5.0
"""Writing after the backup: what a person wants to be rid of."""
_ASKED, _BEFORE = "restore-from", "aside/before-restore-1"
_EXEC_S, _POLL_S = 10.0, 0.2


def _lacks(objects: Objects) -> str:
    if lacks := lacks_backup(objects):
        return lacks
    claims = all(item["spec"].get("volumeClaimTemplates") for item in objects.items if restoring(item))
    return (
        ""
        if claims
        else "the data is on no claim, so nothing outlives a deployment that is scaled to nothing"
    )


async def _ask(stage: Stage, backup: str) -> None:
    """Step 2: the file on every Redis pod."""
    for pod in stage.deployment.redis.pods:
        container = stage.kubelet(pod).container
        command = ["sh", "-c", f"echo {backup} > /data/{_ASKED}"]
        done = await container.exec(command, _EXEC_S) if container else None
        if done is None or done.code:
            stage.cluster.site.trouble.append(f"{pod}: {_ASKED} could not be written: {done}")


async def _scaled_to_nothing(stage: Stage, limit_s: float) -> None:
    """Step 3: both sets at once, until no pod is left."""
    sets = [each for workload in _both(stage) for each in stage.sets(workload)]
    replicas = {each.name: each.replicas for each in sets}
    for each in sets:
        each.spec = {**each.spec, "replicas": 0}
    try:
        async with asyncio.timeout(limit_s):
            while any(each.pods for each in sets):
                await asyncio.sleep(_POLL_S)
    except TimeoutError:
        stage.cluster.site.trouble.append(f"pods are left {limit_s:g} s after both sets were scaled to 0")
    stage.destroyed_at = steady_now()
    for ordinal in range(stage.deployment.sentinel.replicas):
        stage.volumes.lose(stage.deployment.sentinel, ordinal)
    stage.note("both sets are scaled up")
    for each in sets:
        each.spec = {**each.spec, "replicas": replicas[each.name]}


async def _play(stage: Stage, recovery: Recovery) -> None:
    if problem := await stage.back_up():
        stage.cluster.site.trouble.append(f"the backup failed: {problem}")
    await asyncio.sleep(_LATER_S)
    stage.note("applied with restore.from, which does nothing to volumes with data")
    stage.change(from_own_backup(stage.rendered))
    await asyncio.gather(*(stage.rolled_out(each, each.replicas * recovery.whole()) for each in _both(stage)))
    await stage.right(recovery.whole())
    (backup,) = Kept.of(stage.cluster.site).ids
    stage.note(f"{_ASKED} on every Redis pod, and both sets scaled to 0", backup)
    await _ask(stage, backup)
    await _scaled_to_nothing(stage, 2 * recovery.shutdown())


def _both(stage: Stage) -> tuple[Workload, Workload]:
    return stage.deployment.redis, stage.deployment.sentinel


async def _look(stage: Stage) -> None:
    """The data of before is aside on every volume, and the file is used up."""
    without = 0
    for number in range(stage.deployment.redis.replicas):
        place, ordinal = stage.place(stage.deployment.redis, number)
        for claim in place.claims(ordinal):
            folder = claim_folder(stage.cluster.site.claims, claim)
            without += (folder / _ASKED).exists() or not any((folder / _BEFORE).glob("*"))
    stage.measures.append(Measure("volumes without the data of before aside", without, "", 0))


SCENARIO = Scenario(
    name="restored-in-place",
    about="a backup, newer writes; the runbook of a restore in place: both sets are scaled to nothing and up again",
    before=first_life,
    substituted=(
        "the init containers of the restore: left out until the runbook begins, and then given this deployment's"
        " newest backup, whatever restore.from names",
    ),
    restores=True,
    play=_play,
    afterwards=_look,
    outage=lambda recovery: recovery.shutdown() + recovery.restored(),
    whole=Recovery.restored_whole,
    lacks=_lacks,
)
