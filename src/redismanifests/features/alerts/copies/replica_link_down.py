"""Replica link down: a replica has no connection to its master."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.features.alerts.alert import alert

if TYPE_CHECKING:
    from redismanifests.features.alerts.facts import Facts


RUNBOOK = """\
A replica is not connected to its master ({{ $labels.pod }}).

Meaning: The replica has had no link to its master for minutes: it is not copying.

Impact: Its data grows old. It is a bad candidate for a failover, and it does not count for minReplicasToWrite.

Diagnosis: `kubectl -n NAMESPACE exec POD -- redis-cli info replication` names the master that it tries. Is that the
one that the Sentinels name? The log of the pod says why the link ends: a wrong password (masterauth), a network
policy, or a full sync that is cut off again and again (client-output-buffer-limit).

Fix: That of the reason in the log. If it follows a Redis that is no master any more, delete the pod: it asks the
Sentinels when it starts.
"""


@alert(
    "ticket",
    RUNBOOK,
    wait=lambda facts: facts.patience(300),
    applies=lambda facts: facts.replicas > 1,
    fires_in=("no-master-held",),
    silent_in=("master-killed",),
)
def replica_link_down(facts: Facts) -> str:
    """Expression of the alert."""
    return f"max by (pod) ({facts.redis('redis_master_link_up')}) == 0"
