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


@alert(
    "ticket",
    RUNBOOK,
    wait=lambda facts: facts.patience(3600),
    applies=lambda facts: facts.certificate != "",
    unproven="its series is cert-manager's, and a rehearsal has none",
)
def certificate_expires(facts: Facts) -> str:
    """Expression of the alert."""
    ends = "certmanager_certificate_expiration_timestamp_seconds"
    own = f'name="{facts.certificate}"'
    # Prometheus puts its target's namespace over the certificate's, unless it is told to honour labels.
    first = f'{ends}{{exported_namespace="{facts.namespace}",{own}}}'
    second = f'{ends}{{namespace="{facts.namespace}",{own}}}'
    return f"min({first} or {second}) - time() < {facts.renew_before_s / 2:g}"
