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

    @property
    def redis(self) -> Workload:
        """The StatefulSet of Redis."""
        return self.desired.redis

    @property
    def sentinel(self) -> Workload:
        """The StatefulSet of the Sentinels."""
        return self.desired.sentinel


def deployment(objects: Objects, services: tuple[Service, ...]) -> Deployment:
    """Find Redis and Sentinel among the objects."""
    desired = Desired.of(objects.items)
    manifest = objects.named("StatefulSet", desired.sentinel.name) or {}
    labels = manifest["spec"]["template"]["metadata"].get("labels") or {}
    shared = [s for s in services if s.selector and s.selector.items() <= labels.items()]
    if not shared:
        raise RedismanifestsError(
            "no Service selects the Sentinels, so no application can find them", "render a Service for them"
        )
    # The Service with an address comes before the headless one: it is the one meant for clients.
    chosen = min(shared, key=lambda service: service.cluster_ip is None)
    return Deployment(desired, f"{chosen.name}.{chosen.namespace}.svc.cluster.local")
