"""Deployment: which of the rendered pods are Redis and which are Sentinels, and how a client reaches them.

Why: scenarios speak of "the master" and "the Sentinels"; the objects only have StatefulSets. Told apart by the ports
that every client must know. What must not come in: the profile, names or labels of our own templates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from redismanifests.errors import RedismanifestsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from redismanifests.rehearse.objects import Objects
    from redismanifests.rehearse.service import Service

REDIS_PORT, SENTINEL_PORT = 6379, 26379


@dataclass(frozen=True, slots=True)
class Workload:
    """A StatefulSet, the container that serves, and its port."""

    name: str
    container: str
    port: int
    replicas: int


@dataclass(frozen=True, slots=True)
class Deployment:
    """The two workloads and the Sentinel address that an application is given."""

    redis: Workload
    sentinel: Workload
    sentinel_host: str


def _serving(spec: Mapping[str, Any], name: str, usual: int) -> tuple[str, int] | None:
    for container in spec["template"]["spec"]["containers"]:
        for port in container.get("ports", ()):
            if port.get("name") == name or port["containerPort"] == usual:
                return container["name"], port["containerPort"]
    return None


def _workload(objects: Objects, name: str, usual: int) -> Workload:
    for item in objects.of_kind("StatefulSet"):
        if found := _serving(item["spec"], name, usual):
            return Workload(item["metadata"]["name"], *found, item["spec"].get("replicas", 1))
    raise RedismanifestsError(
        f"no StatefulSet has a container port {usual} or one named {name}",
        f"name the port of the {name} container, or give the folder that holds its StatefulSet",
    )


def deployment(objects: Objects, services: tuple[Service, ...]) -> Deployment:
    """Find Redis and Sentinel among the objects."""
    redis = _workload(objects, "redis", REDIS_PORT)
    sentinel = _workload(objects, "sentinel", SENTINEL_PORT)
    manifest = objects.named("StatefulSet", sentinel.name) or {}
    labels = manifest["spec"]["template"]["metadata"]["labels"]
    shared = [s for s in services if s.selector and s.selector.items() <= labels.items()]
    if not shared:
        raise RedismanifestsError(
            "no Service selects the Sentinels, so no application can find them", "render a Service for them"
        )
    # The Service with an address comes before the headless one: it is the one meant for clients.
    chosen = min(shared, key=lambda service: service.cluster_ip is None)
    return Deployment(redis, sentinel, f"{chosen.name}.{chosen.namespace}.svc.cluster.local")
