"""Held: members that die and do not start again before every alert that must fire has."""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.scenario import Scenario

if TYPE_CHECKING:
    from redismanifests.prove.rehearse.measure.recovery import Recovery
    from redismanifests.prove.rehearse.stage import Stage


_AWAY_S = 20.0
"""Members that return after this time leave the deployment without writes for 23 s (three runs)."""


def while_it_lasts(_recovery: Recovery) -> float:
    """No limit: writes stop for as long as the alerts take."""
    return math.inf


async def replicas(stage: Stage) -> tuple[str, ...]:
    """All data pods but the master."""
    master = await stage.master()
    return tuple(pod for pod in stage.deployment.redis.pods if pod != master)


async def _replica(stage: Stage, _recovery: Recovery) -> None:
    await stage.held((await replicas(stage))[0])


async def _replicas(stage: Stage, _recovery: Recovery) -> None:
    await stage.held(*await replicas(stage))


async def _replicas_for_a_while(stage: Stage, _recovery: Recovery) -> None:
    await asyncio.gather(*(stage.kill(pod, _AWAY_S) for pod in await replicas(stage)))


def _until_both_are_back(recovery: Recovery) -> float:
    return recovery.whole(_AWAY_S)


async def _sentinels(stage: Stage, _recovery: Recovery) -> None:
    await stage.held(*stage.deployment.sentinel.pods[1:])


async def _majority(stage: Stage, _recovery: Recovery) -> None:
    await stage.held(*stage.deployment.sentinel.pods[1:], await stage.master())


async def _pod(stage: Stage, _recovery: Recovery) -> None:
    redis, ordinal = stage.deployment.redis, stage.ordinal((await replicas(stage))[0])
    stage.hold(redis, {ordinal})
    await stage.delete(redis, ordinal)
    await stage.alerted()
    stage.hold(redis, set())


_NO_MASTER = "kill -9 of all Sentinels but one and of the master; none starts again"

SCENARIOS = (
    Scenario(name="replica-held", about="kill -9 of a replica, which does not start again", play=_replica),
    Scenario(
        name="replicas-held",
        about="kill -9 of all replicas, which do not start again",
        play=_replicas,
        outage=while_it_lasts,
    ),
    Scenario(
        name="replicas-held-20s",
        about=f"kill -9 of all replicas, which start again after {_AWAY_S:g} s",
        play=_replicas_for_a_while,
        outage=_until_both_are_back,
        whole=_until_both_are_back,
    ),
    Scenario(
        name="sentinels-held",
        about="kill -9 of all Sentinels but one, which do not start again",
        play=_sentinels,
    ),
    Scenario(name="no-master-held", about=_NO_MASTER, play=_majority, outage=while_it_lasts),
    Scenario(
        name="outage-lasts",
        about=f"{_NO_MASTER}, for minutes",
        play=_majority,
        outage=while_it_lasts,
    ),
    Scenario(
        name="pod-held", about="graceful delete of a replica's pod, which is not created again", play=_pod
    ),
)
