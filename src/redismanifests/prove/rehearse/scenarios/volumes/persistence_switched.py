"""Persistence switched: an append-only file is turned on while all pods are away, and off again; nothing is ignored."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from redismanifests.profile.formulas.startup import ROUND_SECONDS, SYNC_SECONDS
from redismanifests.prove.rehearse.bench.change import with_append_only
from redismanifests.prove.rehearse.measure.kept import Ending
from redismanifests.prove.rehearse.measure.recovery import RECONNECT_S, Recovery
from redismanifests.prove.rehearse.scenario import Scenario

if TYPE_CHECKING:
    from redismanifests.prove.rehearse.stage import Stage
    from redismanifests.prove.toycluster.objects import Objects

_WRITES_S = 5.0
"""Between both switches the application finds its master and writes, so that each outage is seen for itself."""


def _lacks(objects: Objects) -> str:
    return "" if with_append_only(objects, enabled=False) else "its scripts know no APPEND_ONLY (settings.sh)"


async def _before(stage: Stage) -> None:
    _switch(stage, enabled=False)


def _switch(stage: Stage, *, enabled: bool) -> None:
    changed = with_append_only(stage.cluster.site.objects, enabled=enabled)
    if changed:
        stage.change(changed)


async def _switch_while_away(stage: Stage, *, enabled: bool) -> None:
    redis = stage.deployment.redis
    stage.hold(redis, set(range(redis.replicas)))
    # At a SIGTERM each takes a snapshot, and the append-only file has everything.
    await stage.delete_all()
    stage.note(f"append-only file {'on' if enabled else 'off'} while no pod is there")
    _switch(stage, enabled=enabled)
    stage.hold(redis, set())


async def _play(stage: Stage, recovery: Recovery) -> None:
    await _switch_while_away(stage, enabled=True)
    await stage.right(recovery.restarted())
    await asyncio.sleep(_WRITES_S)
    await _switch_while_away(stage, enabled=False)


def _outage(recovery: Recovery) -> float:
    """No one starts before all have stopped, the master's hook in vain; a start writes its files, and loads them.

    Sentinels that are back before may open a link to nowhere, and till it is opened again replicas wait, or the fence.
    """
    return SYNC_SECONDS + recovery.power_loss() + 2 * ROUND_SECONDS + RECONNECT_S


SCENARIO = Scenario(
    name="persistence-switched",
    about="snapshots only, then an append-only file turned on while all pods are away, and off again the same way",
    before=_before,
    substituted=(
        "redis.conf: no append-only file, and a snapshot at exit, as where the profile turns it off",
    ),
    play=_play,
    outage=_outage,
    whole=Recovery.restarted,
    lacks=_lacks,
    ends_all=Ending.STOPPED,
)
