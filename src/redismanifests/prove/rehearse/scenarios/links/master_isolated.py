"""Master isolated: no packet reaches it, the application is on the other side; then the network heals."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.measure.recovery import Recovery
from redismanifests.prove.rehearse.scenario import Scenario

if TYPE_CHECKING:
    from redismanifests.prove.rehearse.stage import Stage

_CUT_S = 60.0


async def _play(stage: Stage, _recovery: Recovery) -> None:
    await stage.isolate(await stage.master())
    await asyncio.sleep(_CUT_S)
    await stage.heal()


SCENARIO = Scenario(
    name="master-isolated",
    about="the master is cut off for 60 s, the application is outside; then healed",
    play=_play,
    outage=Recovery.hang,
    whole=Recovery.corrected,
    two_masters=Recovery.two_masters,
)
