"""Replica missing: the master has fewer replicas than there are pods."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.features.alerts.alert import alert

if TYPE_CHECKING:
    from redismanifests.features.alerts.facts import Facts


RUNBOOK = """\
The master has fewer replicas than it should ({{ $labels.pod }}).

Meaning: Fewer replicas are connected to the master than there are other data pods.

Impact: One copy of the data is missing. Another failure may stop writes.

Diagnosis: `kubectl -n NAMESPACE get pods` shows whether the pod is there. If it is: its log says what keeps it from
its master (RedisReplicaLinkDown names it).

Fix: A pod that is Pending: `kubectl describe` says what it waits for. A pod whose file cannot be loaded:
docs/operations.md, When a file cannot be loaded.
"""


@alert(
    "ticket",
    RUNBOOK,
    wait=lambda facts: facts.patience(300),
    applies=lambda facts: facts.replicas > 1,
    fires_in=("replica-held", "replicas-held", "pod-held"),
    silent_in=("sentinels-held",),
)
def replica_missing(facts: Facts) -> str:
    """Expression of the alert."""
    return (
        f"max by (pod) ({facts.redis('redis_connected_slaves')}) < {facts.replicas - 1}\n"
        f"and on (pod) {facts.masters()}"
    )
