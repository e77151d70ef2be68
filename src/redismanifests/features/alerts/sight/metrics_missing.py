"""Metrics missing: nothing of this deployment is scraped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.features.alerts.alert import alert

if TYPE_CHECKING:
    from redismanifests.features.alerts.facts import Facts


RUNBOOK = """\
Prometheus sees nothing of the data pods, or nothing of the Sentinels.

Meaning: There is no series of any exporter of the data pods, or of the Sentinels.

Impact: No other alert about the pods that are not seen can fire.

Diagnosis: The targets page of Prometheus: is the job there, and what does it say? A PodMonitor whose labels the
operator does not select, a network policy that does not admit Prometheus, and targets without the labels `namespace`
and `pod` are the usual reasons. Are the pods there at all?

Fix: Add the label that the operator selects by to monitoring.labels; name Prometheus in networkPolicy.metrics.
"""


@alert(
    "page",
    RUNBOOK,
    wait=lambda facts: facts.patience(600),
    fires_in=("unscraped",),
    silent_in=("pod-held",),
)
def metrics_missing(facts: Facts) -> str:
    """Expression of the alert."""
    return f"absent({facts.redis('redis_up')}) or absent({facts.sentinel('redis_up')})"
