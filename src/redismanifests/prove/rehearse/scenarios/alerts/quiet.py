"""Quiet: nothing is done, and no alert may fire."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.scenario import Scenario

if TYPE_CHECKING:
    from redismanifests.prove.rehearse.measure.recovery import Recovery
    from redismanifests.prove.rehearse.stage import Stage

_QUIET_S = 80.0
"""Ten minutes of 15 s between scrapes, compressed to 2 s."""


async def _play(_stage: Stage, _recovery: Recovery) -> None:
    await asyncio.sleep(_QUIET_S)


SCENARIO = Scenario(name="quiet", about=f"nothing is done for {_QUIET_S:g} s", play=_play)
