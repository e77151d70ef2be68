"""Scaled: Redis or the Sentinels become more or fewer while an application writes, as an operator applies it.

Both StatefulSets roll at once, because both know the list of members. New pods are there before the first old one is
replaced; pods that are too many go all at once, together with the first of those that stay. The master is on the pod
for which that is worst: the one that is replaced last and has the oldest list, or the one that goes.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from redismanifests.prove.checks.desired import Desired
from redismanifests.prove.rehearse.bench.scaling import cannot_be_scaled, scaled
from redismanifests.prove.rehearse.measure.recovery import Recovery
from redismanifests.prove.rehearse.measure.topology import sentinel_view
from redismanifests.prove.rehearse.result import Measure
from redismanifests.prove.rehearse.scenario import Scenario

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from redismanifests.prove.rehearse.stage import Stage
    from redismanifests.prove.toycluster.objects import Objects

_MORE = 2
_FORGOTTEN_S = 120.0
"""When no Sentinel may know a member of the past any more, from the end of the rollout."""
_POLL_S = 1.0


async def _to(stage: Stage, recovery: Recovery, objects: Objects, about: str) -> None:
    """Apply the objects, and wait until both sets are through and every Sentinel knows the members and no one else."""
    stage.note(about)
    stage.change(objects)
    both = (stage.deployment.redis, stage.deployment.sentinel)
    await asyncio.gather(*(stage.rolled_out(each, each.replicas * recovery.whole()) for each in both))
    took = await _forgotten(stage)
    stage.measures.append(Measure("members of the past known for", took, "s", _FORGOTTEN_S))


async def _forgotten(stage: Stage) -> float:
    began = time.monotonic()
    expected = (str(stage.deployment.redis.replicas - 1), str(stage.deployment.sentinel.replicas - 1))
    while time.monotonic() - began < 2 * _FORGOTTEN_S:
        views = [
            await sentinel_view(stage.cluster, stage.deployment, pod)
            for pod in stage.deployment.sentinel.pods
        ]
        if all((view.get("num-slaves"), view.get("num-other-sentinels")) == expected for view in views):
            break
        await asyncio.sleep(_POLL_S)
    return time.monotonic() - began


def _resized(objects: Objects, redis: int, sentinels: int) -> Objects:
    """The objects with so many more of each."""
    desired = Desired.of(objects.items)
    return scaled(
        objects, redis=desired.redis.replicas + redis, sentinels=desired.sentinel.replicas + sentinels
    )


def _leads(ordinal: int) -> Callable[[Stage], Awaitable[None]]:
    """Before the first write: the master is on that ordinal, counted from the last one where it is negative."""

    async def arrange(stage: Stage) -> None:
        pods = stage.deployment.redis.pods
        await stage.lead(pods[ordinal])

    return arrange


def up(name: str, ordinal: int) -> Scenario:
    """Two Redis more, with the master on an ordinal."""

    async def play(stage: Stage, recovery: Recovery) -> None:
        more = _resized(stage.cluster.site.objects, _MORE, 0)
        await _to(stage, recovery, more, f"{_MORE} Redis more")

    return Scenario(
        name=name,
        about=f"{_MORE} more Redis are applied under load",
        play=play,
        arrange=_leads(ordinal),
        lacks=cannot_be_scaled,
        # As with both-rolled, the Sentinel that leads a hand-over may be the one that is replaced.
        outage=Recovery.crash,
        two_masters=_while_replicas_move,
    )


def down(name: str, ordinal: int) -> Scenario:
    """Two Redis more than rendered, which go, with the master on an ordinal."""

    async def before(stage: Stage) -> None:
        stage.change(_resized(stage.cluster.site.objects, _MORE, 0))

    async def play(stage: Stage, recovery: Recovery) -> None:
        fewer = _resized(stage.cluster.site.objects, -_MORE, 0)
        await _to(stage, recovery, fewer, f"{_MORE} Redis fewer")

    return Scenario(
        name=name,
        about=f"{_MORE} Redis are taken away under load, those with the highest ordinals",
        play=play,
        before=before,
        substituted=(f"replicas of Redis: {_MORE} more than rendered until they are taken away",),
        arrange=_leads(ordinal),
        lacks=cannot_be_scaled,
        outage=_with_a_replica_that_is_gone,
        two_masters=_while_replicas_move,
    )


def _with_a_replica_that_is_gone(recovery: Recovery) -> float:
    """Sentinel moves one replica at a time: a removed one that it still knows holds it up for failover-timeout.

    During this time the leading Sentinel names the old master to applications that ask it (measured: 11.4 and 14.0 s).
    """
    return recovery.crash() + recovery.failover_timeout_s


def _while_replicas_move(_recovery: Recovery) -> float:
    """How long the paused old master, whose pause INFO does not show, still has a replica that was not moved.

    Sentinel moves one after the other, and looks at each once a second (measured with five members, on the
    way to them and from them: 0.8 s twice, 1.4 s once).
    """
    return _MORE * 1.0


def sentinels(name: str, ordinal: int) -> Scenario:
    """Two Sentinels more, and then as many as before."""

    async def play(stage: Stage, recovery: Recovery) -> None:
        for more in (_MORE, -_MORE):
            objects = _resized(stage.cluster.site.objects, 0, more)
            await _to(stage, recovery, objects, f"{more:+} Sentinels")

    return Scenario(
        name=name,
        about=f"{_MORE} more Sentinels are applied under load, and taken away again",
        play=play,
        arrange=_leads(ordinal),
        lacks=cannot_be_scaled,
        outage=Recovery.crash,
    )


SCENARIOS = (
    up("redis-scaled-up", 0),
    down("redis-scaled-down", -1),
    sentinels("sentinels-scaled", 0),
)
EVERY_ORDINAL = (
    *(up(f"redis-scaled-up-{ordinal}", ordinal) for ordinal in range(3)),
    *(down(f"redis-scaled-down-{ordinal}", ordinal) for ordinal in range(5)),
    *(sentinels(f"sentinels-scaled-{ordinal}", ordinal) for ordinal in range(3)),
)
"""The same with the master on each ordinal of three Redis, or of five; not part of a suite."""
