"""Sentinel view: facts for the templates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Feature, ObjectTemplate
from redismanifests.core.named import NamedTuple
from redismanifests.core.values.resources import ResourcesView, resources_view
from redismanifests.profile.derived.members import sentinel_workload
from redismanifests.profile.formulas.engine import group

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile.model import Profile


class SentinelView(NamedTuple):
    """Facts for sentinel.conf and the StatefulSet."""

    replicas: int
    quorum: int
    master_name: str
    down_after_ms: int
    failover_timeout_ms: int
    parallel_syncs: int
    image: str
    user: int
    group: int
    grace_seconds: int
    size: str
    class_name: str | None
    resources: ResourcesView


def _view(profile: Profile) -> SentinelView:
    sentinel = profile.sentinel
    return SentinelView(
        replicas=sentinel.replicas,
        quorum=sentinel.quorum,
        master_name=sentinel.master_name,
        down_after_ms=sentinel.down_after.milliseconds,
        failover_timeout_ms=sentinel.failover_timeout.milliseconds,
        parallel_syncs=sentinel.parallel_syncs,
        image=str(sentinel.image),
        user=profile.redis.user,
        group=group(sentinel.image),
        grace_seconds=sentinel.termination_grace_period.whole_seconds,
        size=str(sentinel.storage.size),
        class_name=sentinel.storage.storage_class_name or profile.storage.storage_class_name,
        resources=resources_view(sentinel.resources.requests, sentinel.resources.limits),
    )


def _objects(profile: Profile) -> Iterator[ObjectTemplate]:
    workload = sentinel_workload(profile)
    view = _view(profile)
    facts = {"workload": workload, "container": view, "volume": view}
    yield ObjectTemplate(
        f"{workload.name}-statefulset.yaml", "sentinel/statefulset.yaml.j2", facts, config="sentinel"
    )


FEATURE = Feature("sentinel", view=_view, objects=_objects)
