"""Loading: a Redis reads its file for longer than half of what its startup probe allows for a start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.features.alerts.alert import alert

if TYPE_CHECKING:
    from redismanifests.features.alerts.facts import Facts


RUNBOOK = """\
A Redis has been loading its data for long ({{ $labels.pod }}).

Meaning: The Redis reads its file, for longer than half of what its startup probe allows for a start.

Impact: Until it is over it answers nothing but LOADING: it follows no master, and no Sentinel can promote it. No probe
kills it for that, however long it takes.

Diagnosis: `kubectl -n NAMESPACE exec POD -- redis-cli info persistence` shows loading_loaded_perc and
loading_eta_seconds.

Fix: Wait as long as the estimate says: a restart reads the same from the beginning. A volume that has become slow: move
the pod to another node, or the claim to a faster class. An append-only file much larger than the data, because its
rewrites fail (RedisAppendFileFails): free space, and then `redis-cli bgrewriteaof`.
"""


@alert(
    "ticket",
    RUNBOOK,
    wait=lambda facts: facts.start_s / 2,
    fires_in=("replica-loads",),
    silent_in=("slow-load",),
)
def loading(facts: Facts) -> str:
    """Expression of the alert."""
    return f"max by (pod) ({facts.redis('redis_loading_dump_file')}) == 1"
