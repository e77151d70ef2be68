"""TILT: a Sentinel has stopped acting because its clock jumped or its process stalled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.features.alerts.alert import alert

if TYPE_CHECKING:
    from redismanifests.features.alerts.facts import Facts


RUNBOOK = """\
A Sentinel acts on nothing ({{ $labels.pod }}).

Meaning: The Sentinel is in TILT: it saw its own clock jump, or it was not run for two seconds. For 30 s it promotes
no one and votes for no one.

Impact: One vote less. If a majority is in TILT, a master that dies is not replaced until it is over.

Diagnosis: CPU that is taken away (`container_cpu_cfs_throttled_periods_total`), a node that swaps or was suspended, a
clock that was set, or DNS that does not answer: Sentinel resolves names in its only thread.

Fix: Give the Sentinels the CPU that they ask for, without a limit below a core; prefer addressing by Services, which
resolves nothing (docs/design.md).
"""


@alert(
    "ticket",
    RUNBOOK,
    wait=lambda facts: 0,
    fires_in=("sentinel-frozen",),
    silent_in=("replica-held",),
)
def sentinel_tilt(facts: Facts) -> str:
    """Expression of the alert."""
    return f"max by (pod) ({facts.sentinel('redis_sentinel_tilt')}) == 1"
