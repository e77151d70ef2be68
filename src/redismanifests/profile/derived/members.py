"""Members: the pods of a deployment, their names, addresses and ids, fixed before anything runs.

A Sentinel that counts only fixed members never takes a dead one's vote for a majority.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Literal

from redismanifests.core.named import NamedTuple

if TYPE_CHECKING:
    from redismanifests.features.service.settings import RedisServices, SentinelServices
    from redismanifests.profile.model import Profile

Component = Literal["redis", "sentinel"]


class Workload(NamedTuple):
    """A StatefulSet and what is named after it."""

    component: Component
    name: str
    instance: str
    namespace: str
    engine: str
    pods: tuple[str, ...]
    port: int
    plain_port: int
    """A port without TLS beside the one with it; 0 where there is none."""
    plain_name: str
    client_service: str
    headless_service: str
    service_type: str
    config: str
    hosts: tuple[str, ...]
    """The name under which each pod is reached: its own Service, or its entry behind the headless one."""


def redis_workload(profile: Profile) -> Workload:
    """The data pods."""
    services = profile.services.redis
    return _workload(profile, "redis", profile.name, profile.redis.replicas, services)


def sentinel_workload(profile: Profile) -> Workload:
    """The pods that elect."""
    services = profile.services.sentinel
    return _workload(profile, "sentinel", f"{profile.name}-sentinel", profile.sentinel.replicas, services)


def sentinel_id(workload: Workload, pod: str) -> str:
    """The `sentinel myid` of a pod: 40 hex digits.

    The namespace is in it: two deployments of one name in two namespaces would otherwise have the same ids.
    """
    return member_id(workload.namespace, workload.instance, pod)


def member_id(namespace: str, instance: str, pod: str) -> str:
    """The same of the pod of a deployment of this name in this namespace."""
    return hashlib.sha1(f"{namespace}/{instance}/{pod}".encode(), usedforsecurity=False).hexdigest()


def _workload(
    profile: Profile,
    component: Component,
    name: str,
    replicas: int,
    services: RedisServices | SentinelServices,
) -> Workload:
    pods = tuple(f"{name}-{ordinal}" for ordinal in range(replicas))
    domain = f"{profile.namespace}.svc.{profile.addressing.cluster_domain}"
    headless = services.headless_name
    by_service = profile.addressing.mode == "service"
    return Workload(
        component=component,
        name=name,
        instance=profile.name,
        namespace=profile.namespace,
        engine=profile.engine,
        pods=pods,
        port=services.port,
        plain_port=_plain_port(profile, component),
        plain_name=f"{component}-plain",
        client_service=services.name,
        headless_service=headless,
        service_type=services.type,
        config=f"{name}-config",
        hosts=tuple(f"{pod}.{domain}" if by_service else f"{pod}.{headless}.{domain}" for pod in pods),
    )


def _plain_port(profile: Profile, component: Component) -> int:
    ports = profile.tls.plain_ports
    chosen = ports.redis if component == "redis" else ports.sentinel
    return chosen or 0 if profile.tls.enabled else 0


PLACES: tuple[tuple[str, ...], ...] = (("name",), ("sentinel", "masterName"), ("addressing", "mode"))
"""Settings at which rules over several profiles report; their places are all that is kept of a document."""


class Neighbour(NamedTuple):
    """A deployment as others beside it meet it."""

    name: str
    namespace: str
    master_name: str
    objects: tuple[str, ...]
    """Names of its workloads, their Services and their pods' Services."""
    by_service: bool
    """Whether its members have addresses of Services, so that every container gets variables for them."""


def neighbour(profile: Profile) -> Neighbour:
    """What others have to know of ``profile``."""
    objects = [
        name
        for workload in (redis_workload(profile), sentinel_workload(profile))
        for name in (workload.name, workload.client_service, workload.headless_service, *workload.pods)
    ]
    return Neighbour(
        profile.name,
        profile.namespace,
        profile.sentinel.master_name,
        tuple(objects),
        profile.addressing.mode == "service",
    )
