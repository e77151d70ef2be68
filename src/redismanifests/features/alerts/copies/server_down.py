"""Server down: an exporter answers, and its server does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.features.alerts.alert import alert

if TYPE_CHECKING:
    from redismanifests.features.alerts.facts import Facts


RUNBOOK = """\
A Redis or a Sentinel does not answer ({{ $labels.pod }}).

Meaning: The exporter beside the server cannot ask it: the server is dead, hangs, or refuses the login.

Impact: One member less. Whether writes go on, RedisNoMaster and RedisTooFewGoodReplicas say.

Diagnosis: `kubectl -n NAMESPACE get pod POD` and its log. Does RedisExporterLoginFails fire? Then the server may be
well, and only the exporter is refused; so it may be where its log has "unknown network rediss", which a wrong
password is reported as over TLS. A server at its maxclients refuses the exporter as well
(RedisConnectionsNearMax fires before that).

Fix: A container that restarts again and again: its log of before (`kubectl logs --previous`). One that hangs is
restarted by its liveness probe within a minute; if not, delete the pod.
"""


@alert(
    "ticket",
    RUNBOOK,
    wait=lambda facts: facts.patience(300),
    fires_in=("replica-held", "replicas-held", "sentinels-held"),
    silent_in=("master-killed",),
)
def server_down(facts: Facts) -> str:
    """Expression of the alert."""
    return f"max by (pod) ({facts.both('redis_up')}) == 0"
