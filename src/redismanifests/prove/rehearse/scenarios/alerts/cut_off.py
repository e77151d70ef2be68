"""Cut off: links that stay cut until every alert that must fire has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.alerts.planned import PROMETHEUS
from redismanifests.prove.rehearse.measure.recovery import Recovery
from redismanifests.prove.rehearse.measure.traffic import CLIENT
from redismanifests.prove.rehearse.scenario import Scenario
from redismanifests.prove.rehearse.scenarios.alerts.held import while_it_lasts

if TYPE_CHECKING:
    from redismanifests.prove.rehearse.stage import Stage


async def _cut_off(stage: Stage, _recovery: Recovery) -> None:
    """The monitoring reaches both sides, so that it sees two masters, and a Sentinel that still names the first."""
    redis, sentinel = stage.deployment.redis, stage.deployment.sentinel
    inside = (await stage.master(), sentinel.pods[-1])
    outside = tuple(pod for pod in (*redis.pods, *sentinel.pods, CLIENT) if pod not in inside)
    await stage.cut(f"cut off: {' and '.join(inside)}", (inside, outside), (outside, inside))
    await stage.alerted()
    await stage.heal()


async def _unscraped(stage: Stage, _recovery: Recovery) -> None:
    await stage.cut("no packet from Prometheus to Redis", ((PROMETHEUS,), stage.deployment.redis.pods))
    await stage.alerted()
    await stage.heal()


SCENARIOS = (
    Scenario(
        name="master-cut-off",
        about="the master and a Sentinel are cut off from all but Prometheus, the application is outside",
        play=_cut_off,
        outage=while_it_lasts,
        whole=Recovery.corrected,
        two_masters=Recovery.two_masters,
    ),
    Scenario(name="unscraped", about="no packet from Prometheus reaches a data pod", play=_unscraped),
)
