"""Workload: find the StatefulSets of Redis and of Sentinel among the objects.

They are distinguished by the container ports that every client uses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from redismanifests.errors import RedismanifestsError
from redismanifests.judge.objects.objects import serving

if TYPE_CHECKING:
    from collections.abc import Iterable

    from redismanifests.prove.checks.askable import Object


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
        f"name the port of the {role} container, or give the folder with its StatefulSet",
    )


def redis_workload(objects: Iterable[Object]) -> Workload:
    """The StatefulSet of Redis; raises RedismanifestsError where there is none."""
    return _workload(objects, "redis")


def sentinel_workload(objects: Iterable[Object]) -> Workload:
    """The StatefulSet of the Sentinels; raises RedismanifestsError where there is none."""
    return _workload(objects, "sentinel")
