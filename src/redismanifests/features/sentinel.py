"""Sentinel: the pods that watch Redis and elect the next master, and their sentinel.conf.

What must not come in: what both workloads share, probes, scripts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from redismanifests.core.bounded import Cores, Interval, PositiveSeconds, Size, Whole
from redismanifests.core.duration import Duration
from redismanifests.core.feature import Feature, ObjectTemplate
from redismanifests.core.image import Image
from redismanifests.core.names import MasterName, ObjectName
from redismanifests.core.quantity import Quantity
from redismanifests.core.resources import Amounts, ResourcesView, resources_view
from redismanifests.core.setting import Section, computed, section, setting
from redismanifests.facts.engine import group
from redismanifests.facts.members import sentinel_workload
from redismanifests.facts.startup import LEAVE_GRACE_SECONDS
from redismanifests.facts.votes import majority

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile import Profile


class Requests(Amounts):
    """What the scheduler sets aside for a Sentinel."""

    cpu: Cores | None = setting(
        Quantity.parse("100m"),
        "CPU in cores or millicores.",
        why="measured 15m with probes",
        source="kubernetes-findings 11",
    )
    memory: Size = computed(
        lambda profile: profile.sentinel.resources.limits.memory, "Memory in bytes.", why="equal to the limit"
    )


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
    """The pods that elect."""

    replicas: Whole = setting(3, "Pods.", ge=1, le=9, why="the least number of which one may be lost")
    quorum: Whole = computed(
        lambda profile: majority(profile.sentinel.replicas),
        "Sentinels that must agree that the master is down.",
        why="the majority: fewer lets a minority start what only a majority can finish",
        source="sentinel.conf",
        ge=1,
    )
    master_name: MasterName = computed(
        lambda profile: f"{profile.namespace}-{profile.name}",
        "Name of the master set that clients ask for.",
        why="unique: Sentinels of two deployments that share a name merge when an address is reused",
        source="helm/charts#17868, spotahome/redis-operator#550",
    )
    down_after: Interval = setting(
        Duration.parse("5s"),
        "down-after-milliseconds: silence after which a Sentinel holds an instance for down.",
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
    image: Image = computed(
        lambda profile: profile.redis.image, "Container image.", why="Sentinel is a mode of the same server"
    )
    resources: Resources = section(Resources, "Requests and limits of the sentinel container.")
    storage: Volume = section(Volume, "Where Sentinel keeps its state.")
    termination_grace_period: PositiveSeconds = setting(
        Duration.parse(f"{LEAVE_GRACE_SECONDS}s"),
        "terminationGracePeriodSeconds: the end of a failover that it leads, then a second for its own.",
        why="a failover that a Sentinel leads ends in 2 to 4 s; its hook waits for 12 s at the most",
    )


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
