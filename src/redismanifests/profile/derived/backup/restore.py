"""Restore: what follows from the settings of a restore."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from redismanifests.profile.model import Profile


def scripts(profile: Profile) -> dict[str, str]:
    """Files of the ConfigMap of Redis that only a restore has -> where they lie under templates/."""
    if profile.restore is None:
        return {}
    own = {f"restore-{name}.sh": f"restore/{name}.sh" for name in ("volume", "fetch", "place")}
    return {
        **own,
        "store.sh": "backup/store.sh",
        "restore-settings.sh": "restore/settings.sh.j2",
        # The decision of a start, and beside it the one that it is made of.
        "redis-decide.sh": "restore/decide.sh",
        "redis-decide-members.sh": "startup/redis-decide.sh",
    }
