"""Phantom: a Sentinel lists a replica that does not exist."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.features.alerts.alert import alert

if TYPE_CHECKING:
    from redismanifests.features.alerts.facts import Facts


RUNBOOK = """\
A Sentinel lists more replicas than there are.

Meaning: Sentinel has listed something as a replica that is none of the pods. `redis-cli --rdb` against the master is
enough: for the master it is a replica, and Sentinel keeps every replica that it has seen.

Impact: A failover also sends orders to something that does not exist, and takes longer.

Diagnosis: `redis-cli -p 26379 sentinel replicas MASTER` names it. Whose address is it? A backup job is the usual
one.

Fix: Make backups from a replica. Then restart the Sentinels one after the other: when they start they ask the master,
and forget what it does not list.
"""


@alert(
    "ticket",
    RUNBOOK,
    wait=lambda facts: facts.patience(300),
    fires_in=("copies-taken",),
    silent_in=("replica-held",),
)
def sentinel_phantom(facts: Facts) -> str:
    """Expression of the alert."""
    return f"max({facts.sentinel('redis_sentinel_master_slaves')}) > {facts.replicas - 1}"
