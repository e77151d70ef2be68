"""Memory near max: a Redis that refuses writes when it is full is nearly full."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.features.alerts.alert import alert

if TYPE_CHECKING:
    from redismanifests.features.alerts.facts import Facts


RUNBOOK = """\
A Redis has used nine tenths of its memory for data ({{ $labels.pod }}).

Meaning: The used memory is above 90 % of maxmemory, and the policy is noeviction.

Impact: At 100 % a write that needs memory is refused (OOM). Reads and deletions go on.

Diagnosis: `redis-cli info memory`, and `redis-cli --bigkeys` against a replica. Keys without an expiry that should
have one: `redis-cli info keyspace` (keys, expires).

Fix: Remove data or give keys an expiry; or raise the memory limit in the profile, from which maxmemory is computed.
"""


@alert(
    "ticket",
    RUNBOOK,
    wait=lambda facts: facts.patience(600),
    applies=lambda facts: facts.refuses_when_full,
    fires_in=("memory-near-max",),
    silent_in=("master-killed",),
)
def memory_near_max(facts: Facts) -> str:
    """Expression of the alert."""
    used = f"max by (pod) ({facts.redis('redis_memory_used_bytes')})"
    return f"{used} / (max by (pod) ({facts.redis('redis_memory_max_bytes')}) > 0) > 0.9"
