"""Sentinel, then master: one Sentinel is dead when the master dies; the other two are a majority."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.measure.recovery import Recovery
from redismanifests.prove.rehearse.scenario import Scenario

if TYPE_CHECKING:
    from redismanifests.prove.rehearse.stage import Stage

_BACK_AFTER_S = 15.0


async def _play(stage: Stage, _recovery: Recovery) -> None:
    sentinel = stage.deployment.sentinel
    await stage.kill(sentinel.pods[0], _BACK_AFTER_S, sentinel)
    await stage.kill(await stage.master(), _BACK_AFTER_S)


SCENARIO = Scenario(
    name="sentinel-then-master",
    about="kill -9 of a Sentinel, then of the master, both back after 15 s",
    play=_play,
    outage=Recovery.crash,
    whole=lambda recovery: recovery.whole(_BACK_AFTER_S),
)
