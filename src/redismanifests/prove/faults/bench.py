"""Bench: a running deployment that can be broken: a rehearsal, a live cluster, or the nodes of the tests."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from redismanifests.prove.checks.workload import Workload


class Verb(StrEnum):
    """What a fault may need; each is a method of `Bench`."""

    KILL = "kill"
    DELETE = "delete"
    RESTART = "restart"
    DRAIN = "drain"


class Bench(Protocol):
    """The verbs of faults. Each returns when it is done, and raises RedismanifestsError where it could not be done."""

    @property
    def redis(self) -> Workload:
        """The pods with the data."""

    @property
    def sentinel(self) -> Workload:
        """The pods that vote."""

    def unsupported(self, verb: Verb) -> str:
        """Why this bench cannot do it; empty where it can."""

    async def kill(self, pod: str) -> None:
        """End the serving process of a pod as the kernel does, by SIGKILL."""

    async def delete(self, *pods: str, grace_s: float | None = None) -> None:
        """Delete pods at once; ``grace_s`` 0 is a forced delete, None the grace period of the pods."""

    async def restart(self, *workloads: Workload) -> None:
        """Replace every pod of these sets, within a set one after the other."""

    async def node_of(self, pod: str) -> str:
        """The node on which a pod runs."""

    async def drain(self, node: str) -> None:
        """Evict the deployment's pods from a node, and let it take pods again."""
