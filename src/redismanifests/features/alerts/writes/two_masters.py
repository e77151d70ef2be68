"""Two masters: more than one Redis says that it is master."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.features.alerts.alert import alert

if TYPE_CHECKING:
    from redismanifests.features.alerts.facts import Facts


RUNBOOK = """\
More than one Redis is master.

Meaning: Two Redis say that they are master, for longer than a master that was cut off may still count its replicas.

Impact: Clients that are connected to the former master may still write there. With minReplicasToWrite those writes
are refused after minReplicasMaxLag; without it they are acknowledged, and lost when that Redis becomes a replica.

Diagnosis: Which one do the Sentinels name? `kubectl -n NAMESPACE exec SENTINEL-POD -- redis-cli -p 26379 sentinel
get-master-addr-by-name MASTER`. The other one is cut off from them, or refuses their orders: look at its log, and
at the network between its node and theirs.

Fix: Restore the network, or delete the pod that the Sentinels do not name: it comes back as a replica.
"""


@alert(
    "page",
    RUNBOOK,
    # A master that was cut off goes on until its replicas are too far behind, and is demoted at the next INFO.
    wait=lambda facts: facts.max_lag_s + facts.lag_check_s + 10,
    applies=lambda facts: facts.replicas > 1,
    fires_in=("master-cut-off",),
    silent_in=("master-killed-15s", "master-frozen"),
    shows=lambda facts: facts.retry_s,
)
def two_masters(facts: Facts) -> str:
    """Expression of the alert."""
    return f"count({facts.masters()}) > 1"
