"""Index: the dashboards of a profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.features.alerts.dashboards.deployment import deployment
from redismanifests.features.alerts.dashboards.fleet import fleet
from redismanifests.features.alerts.facts import facts_of

if TYPE_CHECKING:
    from redismanifests.features.alerts.dashboards.panel import Board
    from redismanifests.profile.model import Profile


def boards(profile: Profile, pace: float = 1.0) -> dict[str, Board]:
    """Those that the profile asks for, by their names in files; none where they are off. ``pace`` as in `facts_of`."""
    monitoring = profile.monitoring
    if not (monitoring.enabled and monitoring.dashboards.enabled):
        return {}
    facts = facts_of(profile, pace)
    found = {"dashboard": deployment(facts)}
    return found | {"fleet-dashboard": fleet(facts)} if monitoring.dashboards.fleet else found
