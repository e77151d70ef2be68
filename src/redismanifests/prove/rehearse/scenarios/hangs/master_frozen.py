"""Master frozen: it hangs with open connections, is replaced, and wakes up as a master without replicas."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.measure.recovery import Recovery
from redismanifests.prove.rehearse.scenario import Scenario

if TYPE_CHECKING:
    from redismanifests.prove.rehearse.stage import Stage

_FROZEN_S = 20.0


async def _play(stage: Stage, _recovery: Recovery) -> None:
    master = await stage.master()
    stage.freeze(master)
    await asyncio.sleep(_FROZEN_S)
    stage.thaw(master)


SCENARIO = Scenario(
    name="master-frozen",
    about="SIGSTOP of the master for 20 s, then SIGCONT",
    play=_play,
    outage=Recovery.hang,
    whole=Recovery.corrected,
)
