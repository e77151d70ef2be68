"""Sentinels rolled: every Sentinel pod is replaced in turn; writes must not notice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.rehearse.scenario import Scenario

if TYPE_CHECKING:
    from redismanifests.rehearse.recovery import Recovery
    from redismanifests.rehearse.stage import Stage


async def _play(stage: Stage, recovery: Recovery) -> None:
    sentinel = stage.deployment.sentinel
    await stage.rolling_restart(sentinel, sentinel.replicas * recovery.whole())


SCENARIO = Scenario(
    name="sentinels-rolled",
    about="rollout restart of the Sentinels under load",
    play=_play,
)
