"""Disk full: the master's volume has no byte left for a while; another one leads, and no acknowledged write is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.rehearse.recovery import Recovery
from redismanifests.rehearse.scenario import Scenario

if TYPE_CHECKING:
    from redismanifests.rehearse.stage import Stage

_FULL_S = 15.0
_SIZE = "64m"


async def _before(stage: Stage) -> None:
    await stage.small_volumes(stage.deployment.redis, _SIZE)


async def _play(stage: Stage, _recovery: Recovery) -> None:
    await stage.full_volume(stage.deployment.redis, stage.ordinal(await stage.master()), _FULL_S)


SCENARIO = Scenario(
    name="disk-full",
    about="the master's volume is full for 15 s",
    before=_before,
    substituted=(f"volumes of Redis: {_SIZE} each, so that one can be full",),
    play=_play,
    # A Redis that cannot write its append-only file refuses PING as well, so Sentinel promotes another one. But the
    # application's connection stays open: it is turned away when the volume has room and Sentinel corrects the role.
    outage=lambda recovery: _FULL_S + recovery.turned_away(),
    whole=Recovery.corrected,
)
