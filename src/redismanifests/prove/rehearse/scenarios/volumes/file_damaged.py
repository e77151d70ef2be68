"""File damaged: what a Redis has on its volume cannot be loaded any more; others have the data, and nothing is deleted.

Once a replica's, which restarts with a running master, and once the master's, which restarts before the
Sentinels call it down.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.measure.recovery import Recovery
from redismanifests.prove.rehearse.scenario import Scenario
from redismanifests.prove.toycluster.pods.kubelet import BACK_OFF_S

if TYPE_CHECKING:
    from redismanifests.prove.rehearse.stage import Stage

_BACK_AFTER_S = 1.0


async def _replica(stage: Stage, _recovery: Recovery) -> None:
    master = await stage.master()
    await _damage(stage, next(pod for pod in stage.deployment.redis.pods if pod != master))


async def _master(stage: Stage, _recovery: Recovery) -> None:
    await _damage(stage, await stage.master())


async def _damage(stage: Stage, pod: str) -> None:
    await stage.kill(pod, _BACK_AFTER_S)
    stage.volumes.damage(stage.deployment.redis, stage.ordinal(pod))


def _whole(recovery: Recovery) -> float:
    """It ends once at loading, once more the kubelet waits, and only then its files are tried."""
    return recovery.whole(2 * BACK_OFF_S)


SCENARIOS = (
    Scenario(
        name="replica-file-damaged",
        about="kill -9 of a replica, 64 bytes in the middle of its largest file of data changed",
        play=_replica,
        whole=_whole,
    ),
    Scenario(
        name="master-file-damaged",
        about="kill -9 of the master, 64 bytes in the middle of its largest file of data changed, back at once",
        play=_master,
        outage=Recovery.crash,
        whole=_whole,
    ),
)
