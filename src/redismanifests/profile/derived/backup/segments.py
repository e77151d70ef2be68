"""Segments: what follows from the settings of segments of the append-only file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.profile.derived.backup.job import name

if TYPE_CHECKING:
    from redismanifests.features.backup.settings import Segments
    from redismanifests.profile.model import Profile

LATE_FACTOR, LATE_SECONDS = 10, 600
"""Segments are late after so many that are missing, and a while for a base that is uploaded."""

PRUNE_SCRIPTS = {
    # Names of the deployment, as a drill has them.
    "settings.sh": "restore/drill-names.sh.j2",
    "lib.sh": "startup/lib.sh",
    "store.sh": "backup/store.sh",
    "segments-list.sh": "segments/list.sh",
    "segments-prune.sh": "segments/prune.sh",
    "segments-prune-settings.sh": "segments/prune-settings.sh.j2",
}
"""Files of the ConfigMap of that CronJob -> where they lie under templates/."""


def segments_of(profile: Profile) -> Segments | None:
    """The settings, where segments are shipped."""
    return profile.backup.segments if profile.backup else None


def prune_name(profile: Profile) -> str:
    """The name of the CronJob that removes old segments."""
    return f"{name(profile)}-segments"


def late_seconds(segments: Segments) -> int:
    """Age of the newest segment after which that CronJob fails."""
    return LATE_FACTOR * segments.every.whole_seconds + LATE_SECONDS


def scripts(profile: Profile) -> dict[str, str]:
    """Files of the ConfigMap of Redis that only segments have -> where they lie under templates/."""
    if segments_of(profile) is None:
        return {}
    return {
        "segments-ship.sh": "segments/ship.sh",
        "segments-list.sh": "segments/list.sh",
        "segments-settings.sh": "segments/settings.sh.j2",
        "store.sh": "backup/store.sh",
    }
