"""Workload: find the StatefulSets of Redis and of Sentinel among the objects.

They are distinguished by the container ports that every client uses. A primary and its replicas may be two sets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from redismanifests.errors import RedismanifestsError
from redismanifests.judge.foreign.server import served_by

if TYPE_CHECKING:
    from collections.abc import Iterable

    from redismanifests.core.object import Object


@dataclass(frozen=True, slots=True)
class Workload:
    """The pods of one role, the container of each that serves, and its port."""

    name: str
    """Of the StatefulSet; of the first one if there are several."""
    container: str
    port: int
    replicas: int
    """Of all sets."""
    sets: tuple[tuple[str, int], ...]
    """Name of each StatefulSet and its number of pods."""

    @property
    def pods(self) -> tuple[str, ...]:
        """The pod names, by set and ordinal."""
        return tuple(f"{name}-{ordinal}" for name, number in self.sets for ordinal in range(number))


def _workload(objects: Iterable[Object], role: str) -> Workload:
    found = [
        (item, serves)
        for item in objects
        if item["kind"] == "StatefulSet" and (serves := served_by(item["spec"]["template"]["spec"], role))
    ]
    if not found:
        raise RedismanifestsError(
            f"no StatefulSet has the usual container port of {role}, or one named {role}",
            f"name the port of the {role} container, or give the folder with its StatefulSet",
        )
    sets = tuple((str(item["metadata"]["name"]), int(item["spec"].get("replicas", 1))) for item, _ in found)
    container, port = found[0][1]
    return Workload(sets[0][0], container["name"], port, sum(number for _, number in sets), sets)


def redis_workload(objects: Iterable[Object]) -> Workload:
    """The StatefulSets of Redis; raises RedismanifestsError where there is none."""
    return _workload(objects, "redis")


def sentinel_workload(objects: Iterable[Object]) -> Workload:
    """The StatefulSets of the Sentinels; raises RedismanifestsError where there is none."""
    return _workload(objects, "sentinel")
