"""Account: a ServiceAccount per workload, with no rights and no token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Feature, ObjectTemplate
from redismanifests.profile.derived.members import redis_workload, sentinel_workload

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile.model import Profile


def _objects(profile: Profile) -> Iterator[ObjectTemplate]:
    for workload in (redis_workload(profile), sentinel_workload(profile)):
        yield ObjectTemplate(
            f"{workload.name}-serviceaccount.yaml", "account/serviceaccount.yaml.j2", {"workload": workload}
        )


FEATURE = Feature("account", objects=_objects)
