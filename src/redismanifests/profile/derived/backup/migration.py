"""Migration: what follows from the settings of a move."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.profile.derived import credentials

if TYPE_CHECKING:
    from redismanifests.profile.model import Profile


def redis_scripts(profile: Profile) -> dict[str, str]:
    """Files of the ConfigMap of Redis that only a move has -> where they lie under templates/."""
    if profile.migration is None:
        return {}
    own = {
        "migration-settings.sh": "migration/settings.sh.j2",
        "migration.sh": "migration/outside.sh",
        "migrate.sh": "migration/migrate.sh",
        # The decision of a start, and beside it the one that it is made of.
        "redis-decide.sh": "migration/decide.sh",
        "redis-decide-members.sh": "startup/redis-decide.sh",
    }
    if credentials.enabled(profile):
        own |= {"logins.sh": "migration/logins.sh", "logins-members.sh": "auth/logins.sh"}
    return own


def sentinel_scripts(profile: Profile) -> dict[str, str]:
    """The same of Sentinel."""
    if profile.migration is None:
        return {}
    return {
        "sentinel-decide.sh": "migration/sentinel-decide.sh",
        "sentinel-decide-members.sh": "startup/sentinel-decide.sh",
        "sentinel-alive.sh": "migration/sentinel-alive.sh",
        "sentinel-alive-members.sh": "startup/sentinel-alive.sh",
    }
