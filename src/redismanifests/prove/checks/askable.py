"""Askable: a deployment that can be asked: get an object, list a kind of them, run a command in a container.

Why: a rehearsal, a live cluster and a dump are asked the same questions through these verbs. Each raises
NotVerifiedError where it cannot be asked at all, and says why.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redismanifests.core.object import Object


@dataclass(frozen=True, slots=True)
class Answer:
    """How a command ended. ``code`` is its exit code, and not 0 where it could not be run; ``output`` then says why."""

    code: int
    output: str


class Askable(Protocol):
    """What probes need of a deployment."""

    async def get(self, kind: str, name: str) -> Object | None:
        """The live object of that kind and name, None if there is none."""

    async def listed(self, kind: str) -> tuple[Object, ...]:
        """All live objects of a kind that the deployment's namespace has (and Nodes)."""

    async def exec(self, pod: str, container: str, argv: Sequence[str], limit_s: float) -> Answer:
        """Run a command in a container, for at most so many seconds; never raises for a pod that is gone."""
