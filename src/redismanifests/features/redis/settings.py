"""Redis: the data pods: how many, how large, what they keep, and their redis.conf."""

from __future__ import annotations

from typing import Annotated, Literal

from redismanifests.core.quoting.conftext import conf_line
from redismanifests.core.setting import Section, computed, required, section, setting
from redismanifests.core.values.bounded import Bytes, Cores, Flag, PositiveSeconds, Size, Whole
from redismanifests.core.values.duration import Duration
from redismanifests.core.values.image import Image
from redismanifests.core.values.mark import AfterValidator
from redismanifests.core.values.names import ObjectName
from redismanifests.core.values.quantity import Quantity
from redismanifests.core.values.resources import Amounts
from redismanifests.profile.formulas.engine import UID

Policy = Literal[
    "noeviction",
    "allkeys-lru",
    "allkeys-lfu",
    "allkeys-lrm",
    "allkeys-random",
    "volatile-lru",
    "volatile-lfu",
    "volatile-lrm",
    "volatile-random",
    "volatile-ttl",
]


class Requests(Amounts):
    """What the scheduler sets aside for Redis."""

    cpu: Cores | None = setting(
        Quantity.parse("250m"),
        "CPU in cores or millicores.",
        why="the figure of the `jewelry-shop` deployment; Redis with probes idles at 25m",
        source="measured on Kubernetes 1.32 (docs/measurements/kubernetes.md)",
    )
    memory: Size = computed(
        "Memory in bytes.",
        why="equal to the limit: memory that was promised is not taken back by eviction",
        source="Kubernetes docs, node-pressure eviction",
    )


class Limits(Amounts):
    """What Redis may use at the most."""

    memory: Size = setting(
        Quantity.parse("1Gi"),
        "Memory in bytes; the kernel kills what uses more. maxmemory is derived from it.",
        why="enough for half a gigabyte of data with copy-on-write",
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
        why="fixed, not derived from memory, because it cannot be changed later",
    )
    storage_class_name: ObjectName | None = setting(
        None, "StorageClass of these claims, where it is not that of `storage`. Immutable once applied."
    )


class SavePoint(Section):
    """An RDB save point: save when `changes` keys changed and `after` has passed since the last save."""

    after: PositiveSeconds = required("Time since the last save, integer seconds.", examples=["15m"])
    changes: Whole = required("Keys changed at the least.", ge=1, le=10**9)


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
        why="with two, losing one leaves no replica to acknowledge a write (min-replicas-to-write)",
    )
    image: Image = computed("Container image.", why="the newest of the line that gets fixes longest")
    user: Whole = setting(
        UID,
        "User that the containers run as.",
        ge=1,
        le=2**31 - 1,
        why="the user of the official images",
        source="docker-library/redis Dockerfiles",
    )
    group: Whole = computed(
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
        "repl-backlog-size: how far a replica may fall behind without a full copy.",
        why="a sixteenth of the memory limit and at least 32Mi, but not more than a quarter of a maxmemory that is "
        "written, or an eighth of the limit: it counts inside maxmemory",
        source="docs/design.md, memory",
    )
    replica_output_buffer: Size = computed(
        "Hard limit of client-output-buffer-limit for replicas.",
        why="an eighth of the memory limit, at least 64Mi and never less than the backlog",
        source="redis.conf",
    )
    maxmemory: Bytes = computed(
        "maxmemory: data and replication backlog, in bytes. More is refused or evicted, by maxmemoryPolicy.",
        why="what the memory limit leaves after buffers beyond the backlog and copy-on-write",
        source="docs/design.md, memory",
    )
    maxmemory_policy: Policy = setting(
        "noeviction",
        "What happens when maxmemory is reached.",
        why="a database must not lose keys; use allkeys-lru for a cache",
    )
    min_replicas_to_write: Whole = computed(
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
        "terminationGracePeriodSeconds: hand-over, then shutdown.",
        why="hand-over + shutdown-timeout 10 s + a save at 50 MB/s + 10 s, at least 60 s",
        source="docs/design.md",
    )
    extra_config: tuple[Annotated[str, AfterValidator(conf_line)], ...] = setting(
        (), "Further lines of redis.conf, after ours.", examples=[["lazyfree-lazy-eviction yes"]]
    )
