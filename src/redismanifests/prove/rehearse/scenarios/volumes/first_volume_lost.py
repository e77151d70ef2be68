"""First volume lost: ordinal 0 restarts empty together with all others, and must not become master."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.measure.kept import Ending
from redismanifests.prove.rehearse.measure.recovery import Recovery
from redismanifests.prove.rehearse.scenario import Scenario

if TYPE_CHECKING:
    from redismanifests.prove.rehearse.stage import Stage


async def _play(stage: Stage, _recovery: Recovery) -> None:
    redis = stage.deployment.redis
    stage.hold(redis, {0})
    await stage.lose_power()
    stage.volumes.lose(redis, 0)
    stage.hold(redis, set())


SCENARIO = Scenario(
    name="first-volume-lost",
    about="volume of ordinal 0 lost, everything restarted; ordinal 0 must not become an empty master",
    play=_play,
    outage=Recovery.without_last,
    whole=Recovery.restarted_without_last,
    ends_all=Ending.KILLED,
    # Ordinal 0 leads when it is lost: what it acknowledged last, no replica may have read yet.
    in_flight=1,
)
