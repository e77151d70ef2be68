"""Full resyncs: replicas copy everything again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.features.alerts.alert import alert

if TYPE_CHECKING:
    from redismanifests.features.alerts.facts import Facts


RUNBOOK = """\
Replicas copy all data again and again.

Meaning: Within 15 minutes there were more full copies than a rollout of all pods needs.

Impact: Every full copy forks the master, loads its network and its disk, and the replica answers nothing meanwhile.

Diagnosis: Replicas that lose their link for longer than the backlog lasts: compare `redis_repl_backlog_size` with the
bytes that are written in the time that a link is down. A copy that never ends: `client-output-buffer-limit` in the
log of the master.

Fix: Raise redis.replBacklogSize, or redis.replicaOutputBuffer; `redismanifests check` computes both from the writes.
"""


@alert(
    "ticket",
    RUNBOOK,
    wait=lambda facts: 0,
    applies=lambda facts: facts.replicas > 1,
    fires_in=("copies-taken",),
    silent_in=("master-killed",),
)
def full_resyncs(facts: Facts) -> str:
    """Expression of the alert."""
    return f"sum(increase({facts.redis('redis_replica_resyncs_full')}{facts.window(900)})) > {2 * (facts.replicas - 1)}"
