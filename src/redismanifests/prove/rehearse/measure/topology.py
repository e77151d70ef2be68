"""Topology: is the deployment whole? The probes of replication and of Sentinel's view, as a scenario waits for them.

Why: writes that flow prove little; a Sentinel that knows no replica, or another master, is tomorrow's outage.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from redismanifests.prove.checks.index import PROBES, TOPOLOGY
from redismanifests.prove.checks.look import Look, Round
from redismanifests.prove.checks.probe import Status
from redismanifests.prove.checks.redis.sentinel import no_sentinel_is_in_tilt
from redismanifests.prove.rehearse.asking import Rehearsed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from redismanifests.prove.checks.askable import Askable
    from redismanifests.prove.checks.desired import Desired
    from redismanifests.prove.checks.probe import Outcome
    from redismanifests.prove.rehearse.bench.deployment import Deployment
    from redismanifests.prove.toycluster.cluster import Cluster

SETTLED_S = 32.0
"""TILT ends after 30 s; outside of failovers Sentinel asks each Redis every 10 s, and what it says may be as old."""
_POLL_S = 2.0
"""Between two rounds of all probes, when nothing is measured any more."""


@dataclass(frozen=True, slots=True)
class Topology:
    """The one master (empty if there is not exactly one) and all that is wrong."""

    master: str
    problems: tuple[str, ...]


async def sentinel_view(cluster: Cluster, deployment: Deployment, pod: str) -> dict[str, str]:
    """How one Sentinel sees the (first) master; empty when it does not answer."""
    return await Look(Round(Rehearsed(cluster, deployment.sentinel.container), deployment.desired)).master(
        pod, "*"
    )


async def topology(cluster: Cluster, deployment: Deployment) -> Topology:
    """Query all pods."""
    return await topology_of(Rehearsed(cluster, deployment.sentinel.container), deployment.desired)


async def topology_of(askable: Askable, desired: Desired) -> Topology:
    """Query all pods of any target."""
    moment = Round(askable, desired)
    seen = await moment.outcomes(TOPOLOGY)
    roles = await Look(moment).every_info("role")
    masters = [pod for pod, fields in roles.items() if fields["role"] == "master"]
    problems = [fact for each in seen if each.status is Status.FAILED for fact in each.facts]
    return Topology(masters[0] if len(masters) == 1 else "", tuple(problems))


async def probed(cluster: Cluster, deployment: Deployment) -> tuple[Outcome, ...]:
    """Every probe."""
    return await Round(Rehearsed(cluster, deployment.sentinel.container), deployment.desired).outcomes(PROBES)


async def settled(ask: Callable[[], Awaitable[tuple[Outcome, ...]]], limit_s: float) -> tuple[Outcome, ...]:
    """The answers to a round of probes once none fails, or as they are after so many seconds.

    Where nothing but TILT is left, it may have begun while something else was waited for: it gets the limit once more.
    """
    began = time.monotonic()
    while True:
        seen = await ask()
        failed = {each.code for each in seen if each.status is Status.FAILED}
        limits = 2 if failed == {no_sentinel_is_in_tilt.code} else 1
        if not failed or time.monotonic() - began > limits * limit_s:
            return seen
        await asyncio.sleep(_POLL_S)
