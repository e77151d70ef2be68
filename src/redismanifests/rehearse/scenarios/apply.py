"""Apply: everything comes up from empty volumes, and nothing else happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.rehearse.scenario import Scenario

if TYPE_CHECKING:
    from redismanifests.rehearse.recovery import Recovery
    from redismanifests.rehearse.stage import Stage


async def _play(_stage: Stage, _recovery: Recovery) -> None:
    """Nothing: coming up is the scenario."""


SCENARIO = Scenario(
    name="apply",
    about="cold start on empty volumes",
    play=_play,
)
