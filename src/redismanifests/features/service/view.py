"""Service view: facts for the templates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Feature, ObjectTemplate
from redismanifests.core.named import NamedTuple
from redismanifests.profile.derived.members import redis_workload, sentinel_workload

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile.model import Profile


class PodServiceView(NamedTuple):
    """The Service of one pod; it has the pod's name."""

    pod: str


def _objects(profile: Profile) -> Iterator[ObjectTemplate]:
    for workload in (redis_workload(profile), sentinel_workload(profile)):
        facts: dict[str, object] = {"workload": workload}
        yield ObjectTemplate(f"{workload.name}-service.yaml", "service/service.yaml.j2", facts)
        yield ObjectTemplate(
            f"{workload.name}-headless-service.yaml", "service/headless-service.yaml.j2", facts
        )
        if profile.addressing.mode == "service":
            for pod in workload.pods:
                facts = {"workload": workload, "service": PodServiceView(pod)}
                yield ObjectTemplate(f"{pod}-service.yaml", "service/pod-service.yaml.j2", facts)


FEATURE = Feature("services", objects=_objects)
