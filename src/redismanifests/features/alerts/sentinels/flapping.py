"""Flapping: failovers follow each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.features.alerts.alert import alert

if TYPE_CHECKING:
    from redismanifests.features.alerts.facts import Facts


RUNBOOK = """\
Failovers follow each other.

Meaning: Within 30 minutes there were more failovers than a rollout of all data pods needs, and one more.

Impact: Each one stops writes for seconds. Something ends each new master.

Diagnosis: The logs of the Redis that were master: killed by the kubelet (liveness, memory: `kubectl describe pod`),
or silent for down-after because of a slow command or a stalled disk (`redis-cli slowlog get`)? The logs of the
Sentinels name the times.

Fix: Remove what ends the masters: memory limits that are too low (OOMKilled), commands that take seconds, a fork that
stalls on a node without memory. As a first aid raise sentinel.downAfter.
"""


@alert(
    "page",
    RUNBOOK,
    wait=lambda facts: 0,
    applies=lambda facts: facts.replicas > 1,
    fires_in=("masters-killed",),
    silent_in=("master-killed",),
)
def flapping(facts: Facts) -> str:
    """Expression of the alert."""
    epoch = facts.sentinel("redis_sentinel_master_config_epoch")
    window = facts.window(1800)
    return f"max(max_over_time({epoch}{window})) - min(min_over_time({epoch}{window})) > {facts.replicas + 1}"
