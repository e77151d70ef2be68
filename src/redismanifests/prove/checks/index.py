"""Index: all checks in the order of reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.prove.checks.cluster import (
    allotment,
    budgets,
    controllers,
    health_checks,
    inventory,
    metrics,
    outside,
    placement,
    release,
    services,
    volumes,
)
from redismanifests.prove.checks.monitoring import dashboards, rules, targets
from redismanifests.prove.checks.probe import Probe
from redismanifests.prove.checks.redis import (
    certificates,
    memory,
    persistence,
    pods,
    refusal,
    replication,
    sentinel,
    settings,
    strain,
    votes,
    writes,
)

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
    outside,
    release,
)
"""Asked of the objects and pods of a cluster, and of what a node gives them; a rehearsal answers some of them."""
ALL_PROBES = (*PROBES, *CLUSTER_PROBES)
MONITORING_PROBES = _of(rules, targets, dashboards)
"""Asked where a Prometheus is named."""
REMEDIES = {each.code: each.remedy for each in (*ALL_PROBES, *MONITORING_PROBES)}
"""What to do about the failure of a check, by its code; a report may hold codes of another version."""
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
"""Checks that may fail for a while after a fault, and that must pass after recovery."""
ESSENTIAL = (pods.pods_are_ready, *TOPOLOGY, writes.a_write_arrives_everywhere)
"""Checks that must pass before the verdict is healthy."""
