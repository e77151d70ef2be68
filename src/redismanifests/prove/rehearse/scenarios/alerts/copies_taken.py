"""Copies taken: backups are made of the master, which is wrong: each is a full copy, and Sentinel lists a stranger."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.bench.change import with_directives
from redismanifests.prove.rehearse.measure.dataset import KEYS
from redismanifests.prove.rehearse.scenario import Scenario

if TYPE_CHECKING:
    from redismanifests.prove.rehearse.measure.recovery import Recovery
    from redismanifests.prove.rehearse.stage import Stage
    from redismanifests.prove.toycluster.objects import Objects

_COPY_LIMIT_S = 60.0
_DELAY_US = int(11e6 / KEYS)
"""Redis' own setting for its tests. Sentinel asks the master every 10 s: a copy that is sooner over it may not see."""


def _lacks(objects: Objects) -> str:
    from redismanifests.profile.derived.credentials import DEFAULT  # noqa: PLC0415
    from redismanifests.prove.checks.desired import Desired  # noqa: PLC0415

    known = Desired.of(objects.items).settings.get("CLI_USER", DEFAULT)
    return "" if known == DEFAULT else f"the account {known} may not say PSYNC, which a copy begins with"


async def _before(stage: Stage) -> None:
    stage.change(with_directives(stage.cluster.site.objects, rdb_key_save_delay=_DELAY_US))


async def _play(stage: Stage, _recovery: Recovery) -> None:
    desired = stage.deployment.desired
    master = await stage.master()
    container = stage.kubelet(master).container
    if container is None:
        raise AssertionError("a master runs")
    # More than a rollout of all pods needs.
    copies = 2 * desired.redis.replicas
    stage.note(f"redis-cli --rdb, {copies} times", master)
    for _ in range(copies):
        await container.exec((*desired.asking(desired.redis), "--rdb", "/dev/null"), _COPY_LIMIT_S)
    await stage.alerted()
    stage.note("all Sentinels start again: they ask the master, and forget what it does not list")
    await asyncio.gather(
        *(stage.kill(pod, workload=stage.deployment.sentinel) for pod in stage.deployment.sentinel.pods)
    )


SCENARIO = Scenario(
    name="copies-taken",
    about="redis-cli --rdb against the master again and again",
    before=_before,
    substituted=(f"redis.conf: rdb-key-save-delay {_DELAY_US} added: a large data set in small",),
    play=_play,
    lacks=_lacks,
)
