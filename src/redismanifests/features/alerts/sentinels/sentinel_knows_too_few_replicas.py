"""Sentinel knows too few replicas: one of them could not be promoted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.features.alerts.alert import alert

if TYPE_CHECKING:
    from redismanifests.features.alerts.facts import Facts


RUNBOOK = """\
A Sentinel knows fewer healthy replicas than there are.

Meaning: At least one Sentinel counts fewer replicas that answer than the deployment has.

Impact: A failover has fewer to choose from.

Diagnosis: `redis-cli -p 26379 sentinel replicas MASTER` on each Sentinel. A replica that all miss is down
(RedisReplicaMissing). One that a single Sentinel misses: the network between the two, or a name that it does not
resolve.

Fix: Bring the replica back, or restart the Sentinel that misses it.
"""


@alert(
    "ticket",
    RUNBOOK,
    wait=lambda facts: facts.patience(300),
    applies=lambda facts: facts.replicas > 1,
    fires_in=("replica-held", "replicas-held"),
    silent_in=("sentinels-killed",),
)
def sentinel_knows_too_few_replicas(facts: Facts) -> str:
    """Expression of the alert."""
    return f"min({facts.sentinel('redis_sentinel_master_ok_slaves')}) < {facts.replicas - 1}"
