"""Certificate expires: cert-manager has not renewed it in time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.features.alerts.alert import alert

if TYPE_CHECKING:
    from redismanifests.features.alerts.facts import Facts


RUNBOOK = """\
The certificate ends soon, and was not renewed.

Meaning: Half of the time in which cert-manager should have renewed the certificate is over.

Impact: When it ends, every new connection is refused: clients, replication, Sentinels, exporters.

Diagnosis: `kubectl -n NAMESPACE describe certificate NAME`, then its CertificateRequest: the issuer says why.

Fix: Repair the issuer; `cmctl renew NAME` tries at once. Then roll the pods, which read certificates when they start
(docs/tls.md).
"""

_WAIT_S = 900.0
"""A first certificate may take its time: until it is issued the series is 0. At most half of what is left then."""


@alert(
    "ticket",
    RUNBOOK,
    wait=lambda facts: facts.patience(min(_WAIT_S, facts.renew_before_s / 4)),
    applies=lambda facts: facts.certificate != "",
    fires_in=("certificate-late",),
    silent_in=("certificate-renewed",),
)
def certificate_expires(facts: Facts) -> str:
    """Expression of the alert."""
    ends = "certmanager_certificate_expiration_timestamp_seconds"
    own = f'name="{facts.certificate}"'
    # Prometheus puts its target's namespace over the certificate's, unless it is told to honour labels.
    first = f'{ends}{{exported_namespace="{facts.namespace}",{own}}}'
    second = f'{ends}{{namespace="{facts.namespace}",{own}}}'
    return f"min({first} or {second}) - time() < {facts.renew_before_s / 2:g}"
