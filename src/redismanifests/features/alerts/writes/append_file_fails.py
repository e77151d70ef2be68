"""Append file fails: a Redis cannot write its append-only file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.features.alerts.alert import alert

if TYPE_CHECKING:
    from redismanifests.features.alerts.facts import Facts


RUNBOOK = """\
A Redis cannot write its append-only file ({{ $labels.pod }}).

Meaning: The last write to the append-only file failed, or the last rewrite of it.

Impact: After a failed write a master refuses writes (MISCONF), and a failover replaces it; a replica has on disk only
what it wrote before. After a failed rewrite alone writes go on, and the file grows until the volume is full.

Diagnosis: `kubectl -n NAMESPACE exec POD -- df /data`, and the log of the pod. A full volume is by far the most
common reason; then a node whose disk fails.

Fix: docs/operations.md, When a volume is full: what may be removed, and how the claim grows. A rewrite needs as much
room again as the data has: `redismanifests check` computes it.
"""


@alert(
    "page",
    RUNBOOK,
    wait=lambda facts: 0,
    applies=lambda facts: facts.keeps_log,
    fires_in=("disk-full",),
    silent_in=("master-killed",),
)
def append_file_fails(facts: Facts) -> str:
    """Expression of the alert."""
    return (
        f"min by (pod) ({facts.redis('redis_aof_last_write_status')}) == 0\n"
        f"or min by (pod) ({facts.redis('redis_aof_last_bgrewrite_status')}) == 0"
    )
