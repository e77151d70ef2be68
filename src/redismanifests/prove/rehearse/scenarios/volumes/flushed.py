"""Flushed: a client empties the master; the deployment starts again as it was in the second before, from segments."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from redismanifests.core.steady import steady_now
from redismanifests.prove.rehearse.bench.backup.segments import (
    newest,
    seconds_apart,
    ships,
    stamp,
    to_own_moment,
)
from redismanifests.prove.rehearse.measure.kept import Ending
from redismanifests.prove.rehearse.measure.recovery import Recovery
from redismanifests.prove.rehearse.result import Measure
from redismanifests.prove.rehearse.scenario import Scenario
from redismanifests.prove.rehearse.scenarios.backups.lost_all import start_over
from redismanifests.prove.rehearse.scenarios.backups.restoring import first_life, lacks_restore

if TYPE_CHECKING:
    from redismanifests.prove.rehearse.stage import Stage
    from redismanifests.prove.toycluster.objects import Objects

_UPLOAD_S = 30.0
"""For an upload with a second try on a busy machine, beside the time between two segments."""
_POLL_S = 0.1
_FURTHER_S = 2.0
"""The application writes on after the mistake."""


def _lacks(objects: Objects) -> str:
    return lacks_restore(objects) if ships(objects) else "the pods ship no segments (backup.segments)"


async def _shipped(stage: Stage, pod: str, moment: int, limit_s: float) -> float:
    """Wait until a pod has shipped everything until a moment; how long after it that was."""
    claims, end = stage.cluster.site.claims, time.time() + 2 * limit_s
    while await asyncio.to_thread(newest, claims, pod) < stamp(moment) and time.time() < end:
        await asyncio.sleep(_POLL_S)
    return time.time() - moment


async def _flush(stage: Stage, master: str) -> None:
    from redis.asyncio import Redis  # noqa: PLC0415 (an optional package, and scenarios are listed without it)

    access = stage.cluster.site.access
    client = Redis(host=stage.cluster.pods[master].ip, port=stage.deployment.redis.port, **access.options())
    await client.flushall()
    await client.aclose()


async def _play(stage: Stage, _recovery: Recovery) -> None:
    redis = stage.deployment.redis
    master = await stage.master()
    limit_s = seconds_apart(stage.rendered) + _UPLOAD_S
    # A chain that began before the mistake; then the first moment of a second.
    await _shipped(stage, master, int(time.time()), limit_s)
    await asyncio.sleep(1 - time.time() % 1)
    moment = int(time.time()) - 1
    stage.note(f"FLUSHALL; the last second before it is {stamp(moment)}", master)
    await _flush(stage, master)
    # What was acknowledged in the second of the moment, and before it.
    stage.saved_at = steady_now() - (time.time() - (moment + 1))
    stage.to_the_second = True
    await asyncio.sleep(_FURTHER_S)
    took_s = await _shipped(stage, master, int(time.time()), limit_s)
    stage.measures.append(Measure("a moment was in the store after", took_s, "s", limit_s))
    if problem := await stage.run_job(f"{redis.name}-backup-segments"):
        stage.cluster.site.trouble.append(f"old segments were not looked for: {problem}")
    await start_over(stage, to_own_moment(stage.rendered, moment), "applied with restore.from.until")


SCENARIO = Scenario(
    name="flushed",
    about="FLUSHALL on the master while an application writes; new volumes, applied again with restore.from.until",
    before=first_life,
    substituted=(
        "the init containers of the restore: left out until the volumes are lost, and then given the segments that"
        " this deployment has shipped, and the second before FLUSHALL",
    ),
    restores=True,
    play=_play,
    outage=Recovery.wound_back,
    whole=Recovery.wound_back_whole,
    ends_all=Ending.KILLED,
    lacks=_lacks,
)
