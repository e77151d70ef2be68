"""Deployment: which of the rendered pods are Redis and which are Sentinels, and how a client reaches them.

Scenarios refer to "the master" and "the Sentinels", and an application needs one address.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from redismanifests.errors import RedismanifestsError
from redismanifests.prove.checks.desired import Desired

if TYPE_CHECKING:
    from redismanifests.prove.checks.workload import Workload
    from redismanifests.prove.toycluster.objects import Objects
    from redismanifests.prove.toycluster.service import Service


@dataclass(frozen=True, slots=True)
class Deployment:
    """What the objects ask for, and the Sentinel address that an application is given."""

    desired: Desired
    sentinel_host: str
    sentinel_port: int

    @property
    def redis(self) -> Workload:
        """The StatefulSet of Redis."""
        return self.desired.redis

    @property
    def sentinel(self) -> Workload:
        """The StatefulSet of the Sentinels."""
        return self.desired.sentinel

    def lane(self, workload: Workload, pod: str) -> str:
        """What a server is called in pictures: its pod; a Sentinel beside Redis has its container's name too."""
        beside = workload is self.sentinel and pod in self.redis.pods
        return f"{pod}/{workload.container}" if beside else pod


def deployment(objects: Objects, services: tuple[Service, ...]) -> Deployment:
    """Find Redis and Sentinel among the objects."""
    desired = Desired.of(objects.items)
    sentinel = desired.sentinel
    manifest = objects.named("StatefulSet", sentinel.name) or {}
    template = manifest["spec"]["template"]
    labels = template["metadata"].get("labels") or {}
    names = {
        port.get("name"): port["containerPort"]
        for container in template["spec"]["containers"]
        for port in container.get("ports") or ()
    }
    # Behind a headless Service every port of a pod can be reached, named there or not.
    shared = [
        (service, port)
        for service in services
        if service.selector and service.selector.items() <= labels.items()
        for port in (
            [each.port for each in service.ports if names.get(each.target, each.target) == sentinel.port]
            if service.cluster_ip
            else [sentinel.port]
        )
    ]
    if not shared:
        raise RedismanifestsError(
            "no Service leads to the port of the Sentinels, so no application can find them",
            "render a Service for them",
        )
    # The Service with an address comes before the headless one: it is the one meant for clients.
    chosen, port = min(shared, key=lambda found: found[0].cluster_ip is None)
    return Deployment(desired, f"{chosen.name}.{chosen.namespace}.svc.cluster.local", port)
