"""Too few good replicas: a master refuses writes, or will at the next one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.features.alerts.alert import alert

if TYPE_CHECKING:
    from redismanifests.features.alerts.facts import Facts


RUNBOOK = """\
A master has fewer good replicas than it needs for a write ({{ $labels.pod }}).

Meaning: Fewer replicas than minReplicasToWrite are connected, online and within minReplicasMaxLag.

Impact: This master refuses every write (NOREPLICAS), whether an application writes now or not.

Diagnosis: `kubectl -n NAMESPACE exec POD -- redis-cli info replication` on the master names its replicas with their
lag. A pod that is missing: `kubectl -n NAMESPACE describe pod POD`. A pod that runs and is not connected: its log,
and the network between the two.

Fix: Bring the replicas back. If only one data pod can run for hours, and you accept that a failover may then lose
writes: `redis-cli config set min-replicas-to-write 0` on the master until they are back.
"""


@alert(
    "page",
    RUNBOOK,
    wait=lambda facts: facts.outage_s + facts.patience(20),
    applies=lambda facts: facts.min_replicas > 0,
    fires_in=("replicas-held", "master-cut-off"),
    silent_in=("replica-held", "replica-frozen"),
)
def too_few_good_replicas(facts: Facts) -> str:
    """Expression of the alert."""
    online = 'slave_state="online"'
    lag = facts.redis("redis_connected_slave_lag_seconds", online)
    return (
        f"{facts.masters()}\n"
        f"unless on (pod) count by (pod) (max by (pod, slave_ip, slave_port) ({lag}) <= {facts.max_lag_s})"
        f" >= {facts.min_replicas}"
    )
