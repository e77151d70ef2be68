"""Failed over: another Redis is master now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.features.alerts.alert import alert

if TYPE_CHECKING:
    from redismanifests.features.alerts.facts import Facts


RUNBOOK = """\
Another Redis became master within the last half hour.

Meaning: The Sentinels have named more than one master within 30 minutes: a failover, or the hand-over of a rollout.

Impact: None by itself. It explains short outages and other alerts of the same time.

Diagnosis: A rollout or a drained node at that time makes it expected. Otherwise the log of the former master says why
it died, and the logs of the Sentinels when they noticed (`+odown`, `+switch-master`).

Fix: None, if it was asked for. A node or a volume that stalls: docs/symptoms.md.
"""


@alert(
    "info",
    RUNBOOK,
    wait=lambda facts: 0,
    applies=lambda facts: facts.replicas > 1,
    fires_in=("master-killed",),
    silent_in=("replica-held", "sentinels-held"),
    shows=lambda facts: facts.retry_s,
)
def failed_over(facts: Facts) -> str:
    """Expression of the alert."""
    status = facts.sentinel("redis_sentinel_master_status")
    return f"count(count by (master_address) (last_over_time({status}{facts.window(1800)}))) > 1"
