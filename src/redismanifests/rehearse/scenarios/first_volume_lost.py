"""First volume lost: ordinal 0 comes back empty together with everything else, and must not lead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.rehearse.recovery import Recovery
from redismanifests.rehearse.scenario import Scenario

if TYPE_CHECKING:
    from redismanifests.rehearse.stage import Stage


async def _play(stage: Stage, _recovery: Recovery) -> None:
    redis = stage.deployment.redis
    stage.hold(redis, {0})
    await stage.lose_power()
    stage.lose_volume(redis, 0)
    stage.hold(redis, set())


SCENARIO = Scenario(
    name="first-volume-lost",
    about="volume of ordinal 0 lost, everything restarted; ordinal 0 must not become an empty master",
    play=_play,
    outage=Recovery.power_loss,
    whole=Recovery.restarted,
    # Ordinal 0 leads when it is lost: what it acknowledged last, no replica may have read yet.
    in_flight=1,
)
