"""No failover possible: the Sentinels know no replica that they could promote."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.features.alerts.alert import alert

if TYPE_CHECKING:
    from redismanifests.features.alerts.facts import Facts


RUNBOOK = """\
No failover would be possible now.

Meaning: No Sentinel knows a replica that answers. `SENTINEL CKQUORUM` does not see this: it counts Sentinels only.

Impact: If the master fails, no replica takes over, and no write succeeds until it is back. Replicas that are down are
missing for writes already: then RedisTooFewGoodReplicas fires as well. Postpone planned changes.

Diagnosis: `kubectl -n NAMESPACE exec SENTINEL-POD -- redis-cli -p 26379 sentinel replicas MASTER` lists the
replicas with their flags. An empty list: the names that replicas announce cannot be resolved, or the master has none.
`s_down` on all: they do not answer the Sentinels.

Fix: Bring the replicas back (RedisReplicaMissing). If they are connected to the master and the Sentinels do not list
them: roll the Sentinels, which ask the master again; then compare what the replicas announce (`redis-cli config get
replica-announce-ip`) with docs/design.md.
"""


@alert(
    "page",
    RUNBOOK,
    wait=lambda facts: facts.outage_s + facts.patience(60),
    applies=lambda facts: facts.replicas > 1,
    fires_in=("replicas-held",),
    silent_in=("replica-held", "sentinels-held"),
)
def no_failover_possible(facts: Facts) -> str:
    """Expression of the alert."""
    return f"max({facts.sentinel('redis_sentinel_master_ok_slaves')}) < 1"
