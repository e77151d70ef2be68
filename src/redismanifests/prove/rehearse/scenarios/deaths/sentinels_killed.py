"""Sentinels killed: all at once; writes must not notice, and they must find the master again."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.scenario import Scenario

if TYPE_CHECKING:
    from redismanifests.prove.rehearse.measure.recovery import Recovery
    from redismanifests.prove.rehearse.stage import Stage


async def _play(stage: Stage, _recovery: Recovery) -> None:
    sentinel = stage.deployment.sentinel
    await asyncio.gather(*(stage.kill(pod, workload=sentinel) for pod in sentinel.pods))


SCENARIO = Scenario(
    name="sentinels-killed",
    about="kill -9 of all Sentinels at once",
    play=_play,
)
