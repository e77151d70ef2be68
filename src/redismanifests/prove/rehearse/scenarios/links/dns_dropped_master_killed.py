"""DNS dropped, master killed: no name is answered for 20 s, and the master dies 2 s into it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.scenario import Scenario

if TYPE_CHECKING:
    from redismanifests.prove.rehearse.measure.recovery import Recovery
    from redismanifests.prove.rehearse.stage import Stage

_DROPPED_S = 20.0
_INTO_IT_S = 2.0


async def _play(stage: Stage, _recovery: Recovery) -> None:
    master = await stage.master()
    stage.dns(answering=False)
    await asyncio.sleep(_INTO_IT_S)
    await stage.kill(master)
    await asyncio.sleep(_DROPPED_S - _INTO_IT_S)
    stage.dns(answering=True)


SCENARIO = Scenario(
    name="dns-dropped-master-killed",
    about="the cluster's DNS drops every question for 20 s, kill -9 of the master after 2 s",
    play=_play,
    outage=lambda recovery: recovery.without_dns(_DROPPED_S),
    whole=lambda recovery: recovery.whole() + recovery.without_dns(_DROPPED_S),
)
