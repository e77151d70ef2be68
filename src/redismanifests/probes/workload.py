"""Workload: which of the objects are Redis and which are Sentinels.

Why: probes and scenarios speak of "the master" and "the Sentinels"; the objects only have StatefulSets. Told apart by
the ports that every client must know. What must not come in: the profile, names or labels of our own templates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from redismanifests.errors import RedismanifestsError
from redismanifests.manifests.objects import serving

if TYPE_CHECKING:
    from collections.abc import Iterable

    from redismanifests.probes.askable import Object


@dataclass(frozen=True, slots=True)
class Workload:
    """A StatefulSet, the container that serves, and its port."""

    name: str
    container: str
    port: int
    replicas: int

    @property
    def pods(self) -> tuple[str, ...]:
        """The pod names, by ordinal."""
        return tuple(f"{self.name}-{ordinal}" for ordinal in range(self.replicas))


def _workload(objects: Iterable[Object], role: str) -> Workload:
    for item in objects:
        found = serving(item["spec"]["template"]["spec"], role) if item["kind"] == "StatefulSet" else None
        if found:
            container, port = found
            return Workload(
                item["metadata"]["name"], container["name"], port, item["spec"].get("replicas", 1)
            )
    raise RedismanifestsError(
        f"no StatefulSet has the usual container port of {role}, or one named {role}",
        f"name the port of the {role} container, or give the folder that holds its StatefulSet",
    )


def redis_workload(objects: Iterable[Object]) -> Workload:
    """The StatefulSet of Redis; raises RedismanifestsError where there is none."""
    return _workload(objects, "redis")


def sentinel_workload(objects: Iterable[Object]) -> Workload:
    """The StatefulSet of the Sentinels; raises RedismanifestsError where there is none."""
    return _workload(objects, "sentinel")
