"""Replica frozen: one replica hangs; writes go on with the other."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.scenario import Scenario

if TYPE_CHECKING:
    from redismanifests.prove.rehearse.measure.recovery import Recovery
    from redismanifests.prove.rehearse.stage import Stage

_FROZEN_S = 20.0


async def _play(stage: Stage, _recovery: Recovery) -> None:
    master = await stage.master()
    replica = next(pod for pod in stage.deployment.redis.pods if pod != master)
    stage.freeze(replica)
    await asyncio.sleep(_FROZEN_S)
    stage.thaw(replica)


SCENARIO = Scenario(
    name="replica-frozen",
    about="SIGSTOP of a replica for 20 s, then SIGCONT",
    play=_play,
)
