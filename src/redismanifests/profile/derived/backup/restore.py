"""Restore: what follows from the settings of a restore."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.profile.derived.backup.job import largest_bytes, name
from redismanifests.profile.derived.recovery import CLIENT_MS, Phase
from redismanifests.profile.formulas.startup import FIRST_START_SECONDS

if TYPE_CHECKING:
    from redismanifests.features.restore.settings import Restore
    from redismanifests.profile.model import Profile

CHECKED_BYTES_PER_SECOND = 30 * 10**6
LOADED_BYTES_PER_SECOND = 40 * 10**6
COPIED_BYTES_PER_SECOND = 20 * 10**6
"""Of a dump: two sums, the server's check and a copy; loaded; saved again, sent and loaded by a replica.

With 914 MB on two loaded cores 36, 60 and 22 MB/s were measured (docs/measurements/backup.md)."""

WOUND_BYTES_PER_SECOND = 10 * 10**6
"""Of the data: cut, loaded as base and segments, and saved; an estimate from loading and saving above."""

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
    own = {f"restore-{each}.sh": f"restore/{each}.sh" for each in ("volume", "fetch", "place", "moment")}
    return {
        **own,
        "segments-list.sh": "segments/list.sh",
        "store.sh": "backup/store.sh",
        "restore-settings.sh": "restore/settings.sh.j2",
        # The decision of a start, and beside it the one that it is made of.
        "redis-decide.sh": "restore/decide.sh",
        "redis-decide-members.sh": "startup/redis-decide.sh",
    }


def first_write(profile: Profile, restore: Restore) -> tuple[Phase, ...]:
    """From the start of the first pod of a restore to the first write; how long each part takes at the most."""
    size = restore.source.size
    dump = size.bytes if size else largest_bytes(profile)
    moment = restore.source.until is not None
    parts = (
        Phase(f"the store gives {restore.bandwidth} bytes a second", _ms(dump, restore.bandwidth.bytes)),
        Phase("base and segments become a dump", _ms(dump, WOUND_BYTES_PER_SECOND) if moment else 0),
        Phase("the dump is checked and copied", _ms(dump, CHECKED_BYTES_PER_SECOND)),
        Phase("the members start for the first time", FIRST_START_SECONDS * 1000),
        Phase("the first pod loads the data", _ms(dump, LOADED_BYTES_PER_SECOND)),
        Phase(
            "a replica has a copy of it",
            _ms(dump, COPIED_BYTES_PER_SECOND) if profile.redis.min_replicas_to_write else 0,
        ),
        Phase("clients ask and connect", CLIENT_MS),
    )
    return tuple(part for part in parts if part.milliseconds)


def _ms(count: int, per_second: int) -> int:
    return -(-count * 1000 // per_second)
