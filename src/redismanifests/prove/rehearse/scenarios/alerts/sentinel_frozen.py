"""Sentinel frozen: one Sentinel does not run for a few seconds, and trusts its clock no more."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.measure.recovery import TILT_S, Recovery
from redismanifests.prove.rehearse.scenario import Scenario

if TYPE_CHECKING:
    from redismanifests.prove.rehearse.stage import Stage

_FROZEN_S = 4.0
"""More than the 2 s after which a Sentinel goes into TILT (SENTINEL_TILT_TRIGGER)."""


async def _play(stage: Stage, _recovery: Recovery) -> None:
    sentinel = stage.deployment.sentinel.pods[-1]
    stage.freeze(sentinel)
    await asyncio.sleep(_FROZEN_S)
    stage.thaw(sentinel)
    await stage.alerted()


SCENARIO = Scenario(
    name="sentinel-frozen",
    about=f"SIGSTOP of a Sentinel for {_FROZEN_S:g} s, then SIGCONT",
    play=_play,
    whole=lambda recovery: recovery.whole() + TILT_S,
)
