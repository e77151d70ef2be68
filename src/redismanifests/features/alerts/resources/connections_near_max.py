"""Connections near max: soon clients are refused, and the exporter with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.features.alerts.alert import alert

if TYPE_CHECKING:
    from redismanifests.features.alerts.facts import Facts


RUNBOOK = """\
A Redis has four fifths of the clients that it takes ({{ $labels.pod }}).

Meaning: More than 80 % of maxclients are connected.

Impact: At 100 % every new client is refused. The exporter is refused as well: afterwards only RedisServerDown fires.

Diagnosis: `redis-cli client list` grouped by address: which application opens so many? Pools that are never closed,
and a rollout of an application that doubles its pods, are the usual reasons.

Fix: Bound the pools of the applications; or raise maxclients in redis.extraConfig.
"""


@alert(
    "page",
    RUNBOOK,
    wait=lambda facts: facts.patience(300),
    fires_in=("connections-near-max",),
    silent_in=("master-killed", "connections-exhausted"),
)
def connections_near_max(facts: Facts) -> str:
    """Expression of the alert."""
    most = f"max by (pod) ({facts.redis('redis_max_clients')})"
    return f"max by (pod) ({facts.redis('redis_connected_clients')}) / {most} > 0.8"
