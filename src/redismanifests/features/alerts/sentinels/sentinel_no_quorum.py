"""No quorum: too few Sentinels are there, or agree, for a failover."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.features.alerts.alert import alert

if TYPE_CHECKING:
    from redismanifests.features.alerts.facts import Facts


RUNBOOK = """\
Too few Sentinels answer for a failover.

Meaning: Fewer Sentinels answer, or say that a quorum is there, than a failover needs (quorum and majority). Both are
asked: a Sentinel in TILT goes on reporting a quorum.

Impact: If the master fails, no replica takes over, and no write succeeds until it or the Sentinels are back. If
RedisNoMaster fires as well, this has happened. Clients are still connected; new ones need a Sentinel that answers.

Diagnosis: `kubectl -n NAMESPACE get pods` for the Sentinels; then, on one that runs, `redis-cli -p 26379 sentinel
ckquorum MASTER`, which says what is missing.

Fix: Bring the Sentinels back. Each comes back with its own id and its own memory on its volume; no reset is needed.
"""


@alert(
    "page",
    RUNBOOK,
    wait=lambda facts: facts.patience(60),
    fires_in=("sentinels-held", "no-master-held"),
    silent_in=("replicas-held",),
)
def sentinel_no_quorum(facts: Facts) -> str:
    """Expression of the alert."""
    quorum = facts.sentinel("redis_sentinel_master_ckquorum_status")
    return (
        f"(sum(max by (pod) ({facts.sentinel('redis_up')})) or 0 * sum({facts.redis('redis_up')})) < {facts.votes}\n"
        f"or sum(max by (pod) ({quorum})) < {facts.votes}"
    )
