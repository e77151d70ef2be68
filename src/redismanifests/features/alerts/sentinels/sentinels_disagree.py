"""Sentinels disagree: they name different masters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.features.alerts.alert import alert

if TYPE_CHECKING:
    from redismanifests.features.alerts.facts import Facts


RUNBOOK = """\
The Sentinels name different masters.

Meaning: Not all Sentinels have the same address for the master, for longer than a failover takes.

Impact: A client that asks the wrong one is sent to a former master.

Diagnosis: `redis-cli -p 26379 sentinel get-master-addr-by-name MASTER` on each. The odd one is cut off from the
others, or in TILT (RedisSentinelTilt).

Fix: Restore its network, or restart it: it then asks the others who is master.
"""


@alert(
    "ticket",
    RUNBOOK,
    wait=lambda facts: facts.outage_s + facts.patience(120),
    fires_in=("master-cut-off",),
    silent_in=("master-killed",),
    shows=lambda facts: facts.retry_s,
)
def sentinels_disagree(facts: Facts) -> str:
    """Expression of the alert."""
    status = facts.sentinel("redis_sentinel_master_status")
    return f"count(count by (master_address) ({status})) > 1"
