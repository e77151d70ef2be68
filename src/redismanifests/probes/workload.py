"""Workload: which of the objects are Redis and which are Sentinels.

Why: probes and scenarios speak of "the master" and "the Sentinels"; the objects only have StatefulSets. Told apart by
the ports that every client must know. What must not come in: the profile, names or labels of our own templates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from redismanifests.errors import RedismanifestsError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from redismanifests.probes.askable import Object

REDIS_PORT, SENTINEL_PORT = 6379, 26379


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


def _serving(spec: Object, name: str, usual: int) -> tuple[str, int] | None:
    for container in spec["template"]["spec"]["containers"]:
        for port in container.get("ports", ()):
            if port.get("name") == name or port["containerPort"] == usual:
                return container["name"], port["containerPort"]
    return None


def _workload(objects: Iterable[Object], name: str, usual: int) -> Workload:
    for item in objects:
        if item["kind"] == "StatefulSet" and (found := _serving(item["spec"], name, usual)):
            return Workload(item["metadata"]["name"], *found, item["spec"].get("replicas", 1))
    raise RedismanifestsError(
        f"no StatefulSet has a container port {usual} or one named {name}",
        f"name the port of the {name} container, or give the folder that holds its StatefulSet",
    )


def redis_workload(objects: Iterable[Object]) -> Workload:
    """The StatefulSet of Redis; raises RedismanifestsError where there is none."""
    return _workload(objects, "redis", REDIS_PORT)


def sentinel_workload(objects: Iterable[Object]) -> Workload:
    """The StatefulSet of the Sentinels; raises RedismanifestsError where there is none."""
    return _workload(objects, "sentinel", SENTINEL_PORT)
