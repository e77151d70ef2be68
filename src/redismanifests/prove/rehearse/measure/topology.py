"""Topology: is the deployment whole? The probes of replication and of Sentinel's view, as a scenario waits for them.

Why: writes that flow prove little; a Sentinel that knows no replica, or another master, is tomorrow's outage.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from redismanifests.prove.checks.index import PROBES, TOPOLOGY
from redismanifests.prove.checks.look import Look, Round
from redismanifests.prove.checks.probe import Status
from redismanifests.prove.rehearse.asking import Rehearsed

if TYPE_CHECKING:
    from redismanifests.prove.checks.askable import Askable
    from redismanifests.prove.checks.desired import Desired
    from redismanifests.prove.checks.probe import Outcome
    from redismanifests.prove.rehearse.bench.deployment import Deployment
    from redismanifests.prove.toycluster.cluster import Cluster


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
