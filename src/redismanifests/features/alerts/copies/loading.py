"""Loading: a Redis reads its file for longer than its startup probe allows for a start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.features.alerts.alert import alert

if TYPE_CHECKING:
    from redismanifests.features.alerts.facts import Facts


RUNBOOK = """\
A Redis has been loading its data for long ({{ $labels.pod }}).

Meaning: The Redis reads its file, for longer than half of what its startup probe gives it.

Impact: It answers nothing but LOADING. When the startup probe is used up, the kubelet kills it, and it begins again.

Diagnosis: `kubectl -n NAMESPACE exec POD -- redis-cli info persistence` shows loading_eta_seconds.

Fix: If the estimate is longer than the rest: raise probes.redis.startup.failures, apply, and delete the pod. A volume
that has become slow: move the pod to another node, or the claim to a faster class.
"""


@alert(
    "ticket",
    RUNBOOK,
    wait=lambda facts: facts.start_s / 2,
    unproven="a load that is made slow with Redis' settings for tests answers its exporter too late",
)
def loading(facts: Facts) -> str:
    """Expression of the alert."""
    return f"max by (pod) ({facts.redis('redis_loading_dump_file')}) == 1"
