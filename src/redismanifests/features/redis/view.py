"""Redis view: facts for the templates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Feature, ObjectTemplate
from redismanifests.core.named import NamedTuple
from redismanifests.core.quoting.conftext import ConfLine
from redismanifests.core.values.resources import ResourcesView, resources_view
from redismanifests.profile.derived.members import redis_workload

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile.model import Profile


class SaveView(NamedTuple):
    """One pair of a `save` line."""

    seconds: int
    changes: int


class RedisView(NamedTuple):
    """Facts for redis.conf and the StatefulSet."""

    replicas: int
    image: str
    user: int
    group: int
    grace_seconds: int
    storage: str
    claim: bool
    scratch: bool
    size: str
    class_name: str | None
    saves: tuple[SaveView, ...]
    aof: bool
    fsync: str
    stop_writes_on_save_error: bool
    save_on_exit: bool
    backlog: int
    output_buffer: int
    output_buffer_soft: int
    maxmemory: int
    maxmemory_policy: str
    min_replicas: int
    max_lag: int
    extra_config: tuple[ConfLine, ...]
    resources: ResourcesView


def _view(profile: Profile) -> RedisView:
    redis = profile.redis
    saves = tuple(SaveView(point.after.whole_seconds, point.changes) for point in redis.rdb.save)
    return RedisView(
        replicas=redis.replicas,
        image=str(redis.image),
        user=redis.user,
        group=redis.group,
        grace_seconds=redis.termination_grace_period.whole_seconds,
        storage=redis.storage.kind,
        claim=redis.storage.kind == "claim",
        scratch=redis.storage.kind == "emptyDir",
        size=str(redis.storage.size),
        class_name=redis.storage.storage_class_name or profile.storage.storage_class_name,
        saves=saves,
        aof=redis.aof.enabled,
        fsync=redis.aof.fsync,
        # With an append-only file a failed snapshot loses nothing, but would refuse writes without a failover.
        stop_writes_on_save_error=not redis.aof.enabled,
        # A restart reads the append-only file where there is one; the snapshot at exit would only take time.
        save_on_exit=bool(saves) and not redis.aof.enabled,
        backlog=redis.repl_backlog_size.bytes,
        output_buffer=redis.replica_output_buffer.bytes,
        output_buffer_soft=redis.replica_output_buffer.bytes // 2,
        maxmemory=redis.maxmemory.bytes,
        maxmemory_policy=redis.maxmemory_policy,
        min_replicas=redis.min_replicas_to_write,
        max_lag=redis.min_replicas_max_lag.whole_seconds,
        extra_config=tuple(ConfLine(line) for line in redis.extra_config),
        resources=resources_view(redis.resources.requests, redis.resources.limits),
    )


def _objects(profile: Profile) -> Iterator[ObjectTemplate]:
    workload = redis_workload(profile)
    view = _view(profile)
    facts = {"workload": workload, "container": view, "volume": view}
    yield ObjectTemplate(
        f"{workload.name}-statefulset.yaml", "redis/statefulset.yaml.j2", facts, config="redis"
    )


FEATURE = Feature("redis", view=_view, objects=_objects)
