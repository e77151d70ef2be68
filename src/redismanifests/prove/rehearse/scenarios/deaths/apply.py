"""Apply: everything starts from empty volumes, without a fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.scenario import Scenario

if TYPE_CHECKING:
    from redismanifests.prove.rehearse.measure.recovery import Recovery
    from redismanifests.prove.rehearse.stage import Stage


async def _play(_stage: Stage, _recovery: Recovery) -> None:
    """No fault: the start is the scenario."""


SCENARIO = Scenario(
    name="apply",
    about="cold start on empty volumes",
    play=_play,
)
