"""New master killed: right after its promotion, while the old one is still restarting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.measure.recovery import Recovery
from redismanifests.prove.rehearse.scenario import Scenario

if TYPE_CHECKING:
    from redismanifests.prove.rehearse.stage import Stage


async def _play(stage: Stage, recovery: Recovery) -> None:
    first = await stage.master()
    await stage.kill(first)
    second = await stage.promoted(first, recovery.crash())
    if second:
        await stage.kill(second)


SCENARIO = Scenario(
    name="new-master-killed",
    about="kill -9 of the master, then of the one promoted in its place",
    play=_play,
    outage=Recovery.twice,
    whole=lambda recovery: recovery.whole() + recovery.twice(),
)
