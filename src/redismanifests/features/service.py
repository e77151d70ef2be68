"""Service: how clients and members reach the pods.

Four Services as in the reference (clients and stable names, for Redis and for Sentinel), and with `addressing: service`
one more per pod. What must not come in: how members announce themselves (features/addressing.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from redismanifests.core.bounded import Whole
from redismanifests.core.feature import Feature, ObjectTemplate
from redismanifests.core.names import ServiceName
from redismanifests.core.setting import Section, computed, section, setting
from redismanifests.facts.members import redis_workload, sentinel_workload

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile import Profile

ServiceType = Literal["ClusterIP", "NodePort", "LoadBalancer"]


class RedisServices(Section):
    """Services in front of the data pods."""

    name: ServiceName = computed(
        lambda profile: profile.name,
        "Client Service: any data pod, so for reads; writers ask Sentinel for the master.",
        why="the reference's name",
    )
    headless_name: ServiceName = computed(
        lambda profile: f"{profile.name}-headless",
        "Headless Service: stable names of the pods. Immutable once applied.",
        why="the reference's name",
    )
    type: ServiceType = setting(
        "ClusterIP", "Type of the client Service.", why="Redis without AUTH stays inside"
    )
    port: Whole = setting(6379, "Port of Redis.", ge=1024, le=65535, why="the registered port")


class SentinelServices(Section):
    """Services in front of the Sentinels."""

    name: ServiceName = computed(
        lambda profile: f"{profile.name}-sentinel",
        "Client Service: any Sentinel, asked for the master.",
        why="the reference's name",
    )
    headless_name: ServiceName = computed(
        lambda profile: f"{profile.name}-sentinel-headless",
        "Headless Service: stable names of the pods. Immutable once applied.",
        why="the reference's name",
    )
    type: ServiceType = setting(
        "ClusterIP", "Type of the client Service.", why="Sentinel without AUTH stays inside"
    )
    port: Whole = setting(26379, "Port of Sentinel.", ge=1024, le=65535, why="Sentinel's default")


class Services(Section):
    """Services of both workloads."""

    redis: RedisServices = section(RedisServices, "In front of the data pods.")
    sentinel: SentinelServices = section(SentinelServices, "In front of the Sentinels.")


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
