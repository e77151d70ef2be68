"""Sentinel: the pods that watch Redis and elect the next master, and their sentinel.conf."""

from __future__ import annotations

from redismanifests.core.setting import Section, computed, section, setting
from redismanifests.core.values.bounded import Cores, Interval, PositiveSeconds, Size, Whole
from redismanifests.core.values.duration import Duration
from redismanifests.core.values.image import Image
from redismanifests.core.values.names import MasterName, ObjectName
from redismanifests.core.values.quantity import Quantity
from redismanifests.core.values.resources import Amounts
from redismanifests.profile.formulas.startup import LEAVE_GRACE_SECONDS


class Requests(Amounts):
    """What the scheduler sets aside for a Sentinel."""

    cpu: Cores | None = setting(
        Quantity.parse("100m"),
        "CPU in cores or millicores.",
        why="measured 15m with probes",
        source="measured on Kubernetes 1.32 (docs/measurements/kubernetes.md)",
    )
    memory: Size = computed("Memory in bytes.", why="equal to the limit")


class Limits(Amounts):
    """What a Sentinel may use at the most; no CPU limit, because 2 s of throttling put it in TILT."""

    memory: Size = setting(
        Quantity.parse("128Mi"), "Memory in bytes.", why="a Sentinel needs 10 MiB, its probes 5 MiB each"
    )


class Resources(Section):
    """Requests and limits of the sentinel container."""

    requests: Requests = section(Requests, "What the scheduler sets aside.")
    limits: Limits = section(Limits, "What the container may use at the most.")


class Volume(Section):
    """Where Sentinel keeps epochs and the name of the master."""

    size: Size = setting(
        Quantity.parse("1Gi"),
        "Size of the claim. Claims of a StatefulSet are immutable.",
        why="kilobytes are needed; many storage classes give no less than this",
    )
    storage_class_name: ObjectName | None = setting(
        None, "StorageClass of these claims, where it is not that of `storage`. Immutable once applied."
    )


class Sentinel(Section):
    """The pods that elect the master."""

    replicas: Whole = setting(3, "Pods.", ge=1, le=9, why="the least number of which one may be lost")
    quorum: Whole = computed(
        "Sentinels that must agree that the master is down.",
        why="the majority: fewer lets a minority start what only a majority can finish",
        source="sentinel.conf",
        ge=1,
        le=100,
    )
    master_name: MasterName = computed(
        "Name of the master set, which clients send to Sentinel.",
        why="unique: Sentinels of two deployments that share a name merge when an address is reused",
        source="helm/charts#17868, spotahome/redis-operator#550",
    )
    down_after: Interval = setting(
        Duration.parse("5s"),
        "down-after-milliseconds: silence after which a Sentinel regards an instance as down.",
        why="the least with which a failover still works after a DNS outage of 20 s",
        source="docs/design.md, TILT",
    )
    failover_timeout: Interval = setting(
        Duration.parse("9s"),
        "failover-timeout: the price of a failed election is twice this.",
        why="the longest that still recovers within 30 s after one failed election",
        source="docs/design.md, recovery",
    )
    parallel_syncs: Whole = setting(
        1,
        "parallel-syncs: replicas that copy from a new master at once.",
        ge=1,
        le=8,
        why="replicas that copy cannot be promoted",
        source="sentinel.conf",
    )
    image: Image = computed("Container image.", why="Sentinel is a mode of the same server")
    resources: Resources = section(Resources, "Requests and limits of the sentinel container.")
    storage: Volume = section(Volume, "Where Sentinel keeps its state.")
    termination_grace_period: PositiveSeconds = setting(
        Duration.parse(f"{LEAVE_GRACE_SECONDS}s"),
        "terminationGracePeriodSeconds: time to end a failover that it leads, and a second to exit.",
        why="a failover that a Sentinel leads ends in 2 to 4 s; its hook waits for 12 s at the most",
    )
