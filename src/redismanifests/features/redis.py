"""Redis: the data pods: how many, how large, what they keep, and their redis.conf.

What must not come in: what both workloads share, probes, scripts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

from pydantic import AfterValidator

from redismanifests.core.bounded import Bytes, Cores, Flag, PositiveSeconds, Size, Whole
from redismanifests.core.conftext import ConfLine, conf_line
from redismanifests.core.duration import Duration
from redismanifests.core.feature import Feature, ObjectTemplate
from redismanifests.core.image import Image
from redismanifests.core.names import ObjectName
from redismanifests.core.quantity import Quantity
from redismanifests.core.resources import Amounts, ResourcesView, resources_view
from redismanifests.core.setting import Section, computed, section, setting
from redismanifests.facts import sizing
from redismanifests.facts.engine import UID, default_image, group
from redismanifests.facts.members import redis_workload

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile import Profile

Policy = Literal[
    "noeviction",
    "allkeys-lru",
    "allkeys-lfu",
    "allkeys-random",
    "volatile-lru",
    "volatile-lfu",
    "volatile-random",
    "volatile-ttl",
]


class Requests(Amounts):
    """What the scheduler sets aside for Redis."""

    cpu: Cores | None = setting(
        Quantity.parse("250m"),
        "CPU in cores or millicores.",
        why="the reference's figure; Redis with probes idles at 25m",
        source="kubernetes-findings 11",
    )
    memory: Size = computed(
        lambda profile: profile.redis.resources.limits.memory,
        "Memory in bytes.",
        why="equal to the limit: memory that was promised is not taken back by eviction",
        source="Kubernetes docs, node-pressure eviction",
    )


class Limits(Amounts):
    """What Redis may use at the most."""

    memory: Size = setting(
        Quantity.parse("1Gi"),
        "Memory in bytes; the kernel kills what uses more. maxmemory is derived from it.",
        why="room for half a gigabyte of data with copy-on-write",
    )


class Resources(Section):
    """Requests and limits of the redis container."""

    requests: Requests = section(Requests, "What the scheduler sets aside.")
    limits: Limits = section(Limits, "What the container may use at the most.")


class Volume(Section):
    """Where /data lives."""

    kind: Literal["claim", "emptyDir"] = setting(
        "claim",
        "claim: a PersistentVolumeClaim per pod; emptyDir: gone with the pod (caches).",
        why="the data and the last role survive a pod",
    )
    size: Size = setting(
        Quantity.parse("10Gi"),
        "Size of the claim, or the emptyDir's limit. Claims of a StatefulSet are immutable.",
        why="fixed, not derived from memory, because it cannot be changed later; the reference's figure",
    )
    storage_class_name: ObjectName | None = setting(
        None, "StorageClass of these claims, where it is not that of `storage`. Immutable once applied."
    )


class SavePoint(Section):
    """An RDB save point: save when so many keys changed within so long."""

    after: PositiveSeconds = setting(..., "Time since the last save, whole seconds.", examples=["15m"])
    changes: Whole = setting(..., "Keys changed at the least.", ge=1, le=10**9)


class Rdb(Section):
    """Snapshots."""

    save: tuple[SavePoint, ...] = setting(
        (SavePoint.model_construct(after=Duration.parse("1h"), changes=1),),
        "Save points; an empty list turns snapshots off.",
        why="an hourly file to copy away; the append-only file is what a restart reads",
    )


class Aof(Section):
    """The append-only file."""

    enabled: Flag = setting(True, "appendonly.", why="a killed process loses nothing that it acknowledged")
    fsync: Literal["everysec", "always", "no"] = setting(
        "everysec",
        "appendfsync: how often the file reaches the disk.",
        why="a power loss costs a second at most; always costs a disk write per command",
        source="redis.conf",
    )


class Redis(Section):
    """The data pods."""

    replicas: Whole = setting(
        3,
        "Pods, the master among them.",
        ge=2,
        le=9,
        why="with two, losing one leaves nobody to acknowledge a write (min-replicas-to-write)",
    )
    image: Image = computed(
        default_image, "Container image.", why="the newest version that the design was run with"
    )
    user: Whole = setting(
        UID,
        "User that the containers run as.",
        ge=1,
        le=2**31 - 1,
        why="the user of the official images",
        source="docker-library/redis Dockerfiles",
    )
    group: Whole = computed(
        lambda profile: group(profile.redis.image),
        "Group of the process and of the files on the volume.",
        why="999 in Debian flavours, 1000 in Alpine ones",
        source="docker-library/redis Dockerfiles",
        ge=1,
        le=2**31 - 1,
    )
    resources: Resources = section(Resources, "Requests and limits of the redis container.")
    storage: Volume = section(Volume, "Where /data lives.")
    rdb: Rdb = section(Rdb, "Snapshots.")
    aof: Aof = section(Aof, "The append-only file.")
    repl_backlog_size: Size = computed(
        sizing.backlog,
        "repl-backlog-size: how far a replica may fall behind without a full copy.",
        why="a sixteenth of the memory limit, at least 32Mi",
        source="docs/design.md, memory",
    )
    replica_output_buffer: Size = computed(
        sizing.output_buffer,
        "Hard limit of client-output-buffer-limit for replicas.",
        why="an eighth of the memory limit, at least 64Mi and never less than the backlog",
        source="redis.conf",
    )
    maxmemory: Bytes = computed(
        sizing.maxmemory,
        "maxmemory: data, in bytes. More is refused or evicted, by maxmemoryPolicy.",
        why="what the memory limit leaves after buffers and copy-on-write",
        source="docs/design.md, memory",
    )
    maxmemory_policy: Policy = setting(
        "noeviction",
        "What happens when maxmemory is reached.",
        why="a database must not forget; a cache says allkeys-lru",
    )
    min_replicas_to_write: Whole = computed(
        lambda profile: 1 if profile.redis.replicas >= 3 else 0,
        "min-replicas-to-write: replicas that must be attached, or the master refuses writes.",
        why="1 from three pods on: a master cut off from its replicas stops acknowledging; with two pods it would stop "
        "writes at every restart",
        source="docs/design.md, measurements",
        ge=0,
        le=8,
    )
    min_replicas_max_lag: PositiveSeconds = setting(
        Duration.parse("10s"),
        "min-replicas-max-lag: silence after which a replica no longer counts.",
        why="what a master that was cut off may acknowledge in vain, plus up to two seconds",
        source="redis.conf",
    )
    termination_grace_period: PositiveSeconds = computed(
        sizing.grace,
        "terminationGracePeriodSeconds: hand-over, then shutdown.",
        why="hand-over + shutdown-timeout 10 s + a save at 50 MB/s + 10 s, at least 60 s",
        source="docs/design.md",
    )
    extra_config: tuple[Annotated[str, AfterValidator(conf_line)], ...] = setting(
        (), "Further lines of redis.conf, after ours.", examples=[["lazyfree-lazy-eviction yes"]]
    )


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
