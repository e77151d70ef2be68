"""Index: all probes in the order in which they are told.

What must not come in: a probe itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.probes import (
    allotment,
    budgets,
    certificates,
    controllers,
    health_checks,
    inventory,
    memory,
    metrics,
    persistence,
    placement,
    pods,
    refusal,
    replication,
    sentinel,
    services,
    settings,
    strain,
    volumes,
    votes,
    writes,
)
from redismanifests.probes.probe import Probe

if TYPE_CHECKING:
    from types import ModuleType


def _of(*modules: ModuleType) -> tuple[Probe, ...]:
    found = (value for module in modules for value in vars(module).values() if isinstance(value, Probe))
    return tuple(sorted(found, key=lambda each: each.code))


PROBES = _of(pods, replication, sentinel, votes, persistence, memory, writes, settings, refusal)
"""Asked of Redis and Sentinel themselves: at the end of every rehearsal, too."""
CLUSTER_PROBES = _of(
    inventory,
    controllers,
    placement,
    allotment,
    volumes,
    services,
    health_checks,
    metrics,
    budgets,
    strain,
    certificates,
)
"""Asked of the objects and pods of a cluster, and of what a node gives them; a rehearsal answers some of them."""
ALL_PROBES = (*PROBES, *CLUSTER_PROBES)
TOPOLOGY: tuple[Probe, ...] = (
    replication.redis_answers,
    sentinel.sentinel_answers,
    replication.one_master,
    replication.replicas_are_attached,
    replication.links_are_up,
    replication.replicas_follow_the_master,
    sentinel.sentinels_name_the_master,
    sentinel.sentinels_trust_the_master,
    sentinel.sentinels_know_the_replicas,
    sentinel.sentinels_know_each_other,
)
"""What can be wrong for a while after a fault, and what a deployment must have come back to."""
ESSENTIAL = (pods.pods_are_ready, *TOPOLOGY, writes.a_write_arrives_everywhere)
"""What must have been seen to pass before anybody may say that a deployment works."""
