"""Volume filling: a volume will be full in four hours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.features.alerts.alert import alert

if TYPE_CHECKING:
    from redismanifests.features.alerts.facts import Facts


RUNBOOK = """\
A volume will be full within four hours ({{ $labels.persistentvolumeclaim }}).

Meaning: The free space of the volume falls so fast that it will be zero in four hours, and less than half is free.

Impact: A full volume stops writes (RedisAppendFileFails), and a Sentinel without room cannot keep what it agreed to.

Diagnosis: `kubectl -n NAMESPACE exec POD -- du -sh /data/*`. An append-only file that grows without a rewrite:
`redis-cli info persistence` (aof_last_bgrewrite_status, aof_current_size).

Fix: Grow the claim (docs/operations.md, Changing settings). A rewrite that fails for want of room: make room first
(When a volume is full, on the same page).
"""


@alert(
    "ticket",
    RUNBOOK,
    wait=lambda facts: facts.patience(900),
    applies=lambda facts: facts.claims,
    unproven="its series are the kubelet's, and a rehearsal has none",
)
def volume_filling(facts: Facts) -> str:
    """Expression of the alert."""
    free = facts.volumes("kubelet_volume_stats_available_bytes")
    size = facts.volumes("kubelet_volume_stats_capacity_bytes")
    by = "max by (persistentvolumeclaim)"
    return (
        f"{by} (predict_linear({free}{facts.window(3600)}, 14400)) < 0\n"
        f"and {by} ({free}) < 0.5 * {by} ({size})"
    )
