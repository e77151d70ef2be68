"""Pod missing: fewer pods are scraped than the profile has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.features.alerts.alert import alert

if TYPE_CHECKING:
    from redismanifests.features.alerts.facts import Facts


RUNBOOK = """\
Fewer pods answer to Prometheus than the deployment has.

Meaning: The exporters of some pods have not answered for minutes, while those of others do.

Impact: These pods are missing, or no one would see if they failed.

Diagnosis: `kubectl -n NAMESPACE get pods` shows what is missing. If all are there: the targets page of Prometheus
says why a scrape fails; a network policy that does not admit Prometheus (networkPolicy.metrics) is a common reason.

Fix: A pod that is Pending: `kubectl describe` says what it waits for. A scaled deployment: render and apply the
alerts again, the numbers in them are those of the profile.
"""


@alert(
    "ticket",
    RUNBOOK,
    wait=lambda facts: facts.patience(300),
    fires_in=("pod-held",),
    silent_in=("replica-held",),
)
def pod_missing(facts: Facts) -> str:
    """Expression of the alert."""
    return (
        f"count(max by (pod) ({facts.redis('redis_up')})) < {facts.replicas}\n"
        f"or count(max by (pod) ({facts.sentinel('redis_up')})) < {facts.sentinels}"
    )
