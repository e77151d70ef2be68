"""Restore: what follows from the settings of a restore."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.profile.derived.backup.job import name

if TYPE_CHECKING:
    from redismanifests.profile.model import Profile

DRILL_SCRIPTS = {
    "settings.sh": "restore/drill-names.sh.j2",
    "restore-settings.sh": "restore/drill-settings.sh",
    "lib.sh": "startup/lib.sh",
    "redis-volume.sh": "startup/redis-volume.sh",
    "store.sh": "backup/store.sh",
    **{f"restore-{each}.sh": f"restore/{each}.sh" for each in ("volume", "fetch", "drill")},
}
"""Files of the ConfigMap of a drill -> where they lie under templates/."""


def drill_name(profile: Profile) -> str:
    """The name of the CronJob of restore drills."""
    return f"{name(profile)}-drill"


def scripts(profile: Profile) -> dict[str, str]:
    """Files of the ConfigMap of Redis that only a restore has -> where they lie under templates/."""
    if profile.restore is None:
        return {}
    own = {f"restore-{each}.sh": f"restore/{each}.sh" for each in ("volume", "fetch", "place")}
    return {
        **own,
        "store.sh": "backup/store.sh",
        "restore-settings.sh": "restore/settings.sh.j2",
        # The decision of a start, and beside it the one that it is made of.
        "redis-decide.sh": "restore/decide.sh",
        "redis-decide-members.sh": "startup/redis-decide.sh",
    }
