"""Disk full: the master's volume has no byte left for a while; another one leads, and no acknowledged write is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.measure.recovery import Recovery
from redismanifests.prove.rehearse.scenario import Scenario

if TYPE_CHECKING:
    from redismanifests.prove.rehearse.stage import Stage

_FULL_S = 15.0
_SIZE = "64m"


async def _before(stage: Stage) -> None:
    await stage.volumes.shrink(stage.deployment.redis, _SIZE)


async def _play(stage: Stage, _recovery: Recovery) -> None:
    await stage.volumes.fill_for(stage.deployment.redis, stage.ordinal(await stage.master()), _FULL_S)


SCENARIO = Scenario(
    name="disk-full",
    about="the master's volume is full for 15 s",
    before=_before,
    substituted=(f"volumes of Redis: {_SIZE} each, so that one can be full",),
    play=_play,
    # A Redis that cannot write its append-only file refuses PING as well, so Sentinel promotes another one. The
    # application's connection stays open until the fence of the full one learns of that.
    outage=Recovery.refused,
    whole=Recovery.corrected,
)
