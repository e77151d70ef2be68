"""Clock stepped: the time of the day is set back or forward by an hour on every node, and the deployment goes on."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from redismanifests.prove.checks.redis.sentinel import ahead_s
from redismanifests.prove.rehearse.measure.recovery import TILT_S, Recovery
from redismanifests.prove.rehearse.measure.topology import sentinel_view
from redismanifests.prove.rehearse.result import Measure
from redismanifests.prove.rehearse.scenario import Scenario
from redismanifests.prove.toycluster.linux import clock

if TYPE_CHECKING:
    from redismanifests.prove.rehearse.stage import Stage
    from redismanifests.prove.toycluster.objects import Objects

_STEP_S = 3600
_BLIND_S = 100.0
"""Six failures of the liveness probe, 10 s apart, the hook, and a start."""
_POLL_S = 0.5
_BACK_AFTER_S = 12.0
"""A member that starts waits while the clock is set."""
_SUBSTITUTED = ("the time of the day that containers see: a library that is loaded into each",)


def _lacks(_objects: Objects) -> str:
    return clock.lacks()


async def _before(stage: Stage) -> None:
    site = stage.cluster.site
    stage.change(clock.settable(site.objects, site.folder))


async def _seeing(stage: Stage) -> None:
    """Until no Sentinel waits for its clock to catch up."""
    began = time.monotonic()
    while time.monotonic() - began < 2 * _BLIND_S:
        views = [
            await sentinel_view(stage.cluster, stage.deployment, pod)
            for pod in stage.deployment.sentinel.pods
        ]
        if all(view and not ahead_s(view) for view in views):
            break
        await asyncio.sleep(_POLL_S)
    stage.measures.append(Measure("Sentinels blind for", time.monotonic() - began, "s", _BLIND_S))


async def _back(stage: Stage, recovery: Recovery) -> None:
    stage.step_clocks(-_STEP_S)
    await _seeing(stage)
    # The third that starts hears of the others within two seconds.
    await stage.right(recovery.whole())
    await stage.kill(await stage.master())


async def _starting(stage: Stage, _recovery: Recovery) -> None:
    """A master that is away while the clock is set forward, and one that starts while it is set back again."""
    stage.step_clocks(_STEP_S)
    master = await stage.master()
    await stage.kill(master)
    await asyncio.sleep(_BACK_AFTER_S)
    stage.step_clocks(0)
    await _seeing(stage)


async def _handover(stage: Stage, recovery: Recovery) -> None:
    for ahead in (_STEP_S, 2 * _STEP_S):
        # What Sentinels do at a step (TILT) is over before the next.
        deleting = stage.delete(stage.deployment.redis, stage.ordinal(await stage.master()))
        await asyncio.sleep(1.0)
        stage.step_clocks(ahead)
        await deleting
        await asyncio.sleep(TILT_S)
        await stage.right(recovery.whole())


SCENARIOS = (
    Scenario(
        name="clock-stepped",
        about="clocks are set back by an hour; when all Sentinels see again, the master is killed",
        before=_before,
        substituted=_SUBSTITUTED,
        play=_back,
        outage=Recovery.crash,
        lacks=_lacks,
    ),
    Scenario(
        name="clock-stepped-starting",
        about="clocks are set forward by an hour, the master is killed, and they are set back while it starts",
        before=_before,
        substituted=_SUBSTITUTED,
        play=_starting,
        outage=lambda recovery: recovery.crash() + TILT_S + _BLIND_S,
        whole=lambda recovery: recovery.whole(TILT_S + _BLIND_S),
        lacks=_lacks,
    ),
    Scenario(
        name="clock-stepped-handover",
        about="the master is deleted twice, and clocks are set forward by an hour in each hand-over",
        before=_before,
        substituted=_SUBSTITUTED,
        play=_handover,
        outage=lambda recovery: recovery.crash() + TILT_S,
        lacks=_lacks,
    ),
)
