"""Writes refused: a Redis answers writes with an error of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.features.alerts.alert import alert
from redismanifests.features.alerts.facts import REFUSALS

if TYPE_CHECKING:
    from redismanifests.features.alerts.facts import Facts


RUNBOOK = """\
Redis refuses writes.

Meaning: A Redis has answered commands with NOREPLICAS (too few replicas are near enough), MISCONF (it cannot write to
disk), OOM (maxmemory is reached) or MASTERDOWN (its master is gone), for longer than a failover takes.

Impact: Applications see errors on write. Reads answer, unless the error is MASTERDOWN.

Diagnosis: Which one is it? Query `sum by (pod, err) (rate(redis_errors_total[5m]))`. NOREPLICAS: see
RedisTooFewGoodReplicas. MISCONF: see RedisAppendFileFails and RedisSnapshotFails. OOM: see RedisMemoryNearMax. One
pod alone, which is not the master that the Sentinels name: clients that have not left a former master.

Fix: That of the alert named above. Clients that stay with a former master must ask Sentinel again: docs/client.md.
"""


@alert(
    "page",
    RUNBOOK,
    # An ordinary failover may refuse for as long as it takes, and the window still shows it afterwards.
    wait=lambda facts: facts.window_s(60) + facts.outage_s,
    fires_in=("replicas-held",),
    silent_in=("master-killed", "replica-held"),
)
def writes_refused(facts: Facts) -> str:
    """Expression of the alert."""
    refused = f'err=~"{REFUSALS}"'
    return f"sum(rate({facts.redis('redis_errors_total', refused)}{facts.window(60)})) > 0"
