"""Flapping: failovers follow each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.features.alerts.alert import alert

if TYPE_CHECKING:
    from redismanifests.features.alerts.facts import Facts


_ROLLOUTS = 3
"""Of a change of passwords (docs/auth.md): five failovers were seen in one, in 150 s."""

RUNBOOK = """\
Failovers follow each other.

Meaning: Within 30 minutes there were more failovers than three rollouts of all data pods need: a change of passwords,
the longest of planned changes, is three.

Impact: Each one stops writes for seconds. Something ends each new master.

Diagnosis: The logs of the Redis that were master: killed by the kubelet (liveness, memory: `kubectl describe pod`),
or silent for down-after because of a slow command or a stalled disk (`redis-cli slowlog get`)? The logs of the
Sentinels name the times.

Fix: Remove what ends the masters: memory limits that are too low (OOMKilled), commands that take seconds, a fork that
stalls on a node without memory. As a first aid raise sentinel.downAfter.
"""


def planned_failovers(replicas: int) -> int:
    """How many the longest planned change needs at the most: each data pod may be master when it is replaced."""
    return _ROLLOUTS * replicas


@alert(
    "page",
    RUNBOOK,
    wait=lambda facts: 0,
    applies=lambda facts: facts.replicas > 1,
    fires_in=("masters-killed",),
    silent_in=("master-killed", "passwords-rotated"),
)
def flapping(facts: Facts) -> str:
    """Expression of the alert."""
    epoch = facts.sentinel("redis_sentinel_master_config_epoch")
    window = facts.window(1800)
    most = planned_failovers(facts.replicas)
    return f"max(max_over_time({epoch}{window})) - min(min_over_time({epoch}{window})) > {most}"
