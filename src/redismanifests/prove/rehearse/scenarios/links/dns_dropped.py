"""DNS dropped: for 20 s no name is answered, and nothing else happens."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.scenario import Scenario

if TYPE_CHECKING:
    from redismanifests.prove.rehearse.measure.recovery import Recovery
    from redismanifests.prove.rehearse.stage import Stage

_DROPPED_S = 20.0


async def _play(stage: Stage, _recovery: Recovery) -> None:
    stage.dns(answering=False)
    await asyncio.sleep(_DROPPED_S)
    stage.dns(answering=True)


SCENARIO = Scenario(
    name="dns-dropped",
    about="the cluster's DNS drops every question for 20 s",
    play=_play,
)
