"""Exporter login fails: the server refuses the password or the rights of its exporter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.features.alerts.alert import alert

if TYPE_CHECKING:
    from redismanifests.features.alerts.facts import Facts


RUNBOOK = """\
A server refuses its exporter ({{ $labels.pod }}).

Meaning: The exporter is answered NOAUTH, WRONGPASS or NOPERM. Over TLS it reports a wrong password as "unknown network
rediss": then RedisServerDown fires alone.

Impact: Nothing of this server is seen, and its other alerts are silent. Clients with the same mistake fail as well.

Diagnosis: Was the Secret changed without rolling the pods? The start scripts read it when a pod starts
(docs/auth.md). The log of the exporter has the error.

Fix: Roll the pods. A password that is being changed: keep the old one beside the new one until everything was rolled.
"""


@alert(
    "ticket",
    RUNBOOK,
    wait=lambda facts: facts.patience(300),
    applies=lambda facts: facts.passwords,
    fires_in=("exporter-locked-out",),
    silent_in=("passwords-rotated",),
)
def exporter_login_fails(facts: Facts) -> str:
    """Expression of the alert."""
    refused = 'err=~".*(NOAUTH|WRONGPASS|NOPERM).*"'
    return f"max by (pod) ({facts.both('redis_exporter_last_scrape_error', refused)}) == 1"
