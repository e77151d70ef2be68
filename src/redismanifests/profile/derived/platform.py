"""Platform: whether the platform assigns the users and groups under which the containers run."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from redismanifests.core.findings import Path
    from redismanifests.profile.model import Profile


def assigns_ids(profile: Profile) -> bool:
    """Whether the platform assigns users and groups, so that no object may name any."""
    return profile.platform == "openshift"


def fixed_ids_written(profile: Profile) -> tuple[Path, ...]:
    """The settings of the profile that fix a user or a group."""
    return tuple(("redis", key) for key in ("user", "group") if key in profile.redis.model_fields_set)
