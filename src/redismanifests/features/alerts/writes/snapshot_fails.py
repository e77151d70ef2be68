"""Snapshot fails: the last RDB save of a Redis failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.features.alerts.alert import alert

if TYPE_CHECKING:
    from redismanifests.features.alerts.facts import Facts


RUNBOOK = """\
The last snapshot of a Redis failed ({{ $labels.pod }}).

Meaning: The last background save ended with an error.

Impact: Without an append-only file a master in this state refuses writes (MISCONF). With one writes go on, and what
stops the snapshot stops the next rewrite of that file. Backups that are made of the snapshot are old.

Diagnosis: The log of the pod says why: no room on the volume, or no memory for the child process (`Can't save in
background: fork`). Compare `redis_memory_used_bytes` with the memory limit of the container.

Fix: Grow the claim or the memory limit (docs/operations.md, Changing settings), then `redis-cli bgsave`: a save that
succeeds ends it.
"""


@alert(
    "page",
    RUNBOOK,
    wait=lambda facts: 0,
    applies=lambda facts: facts.keeps_snapshots,
    fires_in=("snapshot-fails",),
    silent_in=("master-killed",),
)
def snapshot_fails(facts: Facts) -> str:
    """Expression of the alert."""
    return f"min by (pod) ({facts.redis('redis_rdb_last_bgsave_status')}) == 0"
