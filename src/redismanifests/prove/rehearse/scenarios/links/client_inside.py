"""Client inside: the application is on the isolated master's side; only there are acknowledged writes lost."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.measure.recovery import Recovery
from redismanifests.prove.rehearse.measure.traffic import CLIENT
from redismanifests.prove.rehearse.scenario import Scenario

if TYPE_CHECKING:
    from redismanifests.prove.rehearse.stage import Stage

_CUT_S = 30.0


async def _play(stage: Stage, _recovery: Recovery) -> None:
    await stage.isolate(await stage.master(), CLIENT)
    await asyncio.sleep(_CUT_S)
    await stage.heal()


SCENARIO = Scenario(
    name="client-inside",
    about="the master and the application are cut off together for 30 s; then healed",
    play=_play,
    # The other side has a master long before; this application cannot reach it.
    outage=lambda recovery: _CUT_S + recovery.healed(),
    whole=Recovery.corrected,
    two_masters=Recovery.two_masters,
    loss_window=Recovery.loss_window,
)
