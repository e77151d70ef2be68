"""Dump: a deployment in files of `kubectl get -o yaml`, for reviews where nobody may reach the cluster.

What must not come in: judgement, a kubectl.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.live.reading import NEVER
from redismanifests.probes.probe import NotVerifiedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from redismanifests.probes.askable import Answer, Object


class Dump:
    """Objects as somebody had them printed."""

    def __init__(self, objects: Iterable[Object], namespace: str) -> None:
        """``objects`` may come from many namespaces."""
        self._objects = tuple(
            item
            for item in objects
            if item["metadata"].get("namespace", namespace) == namespace
            and (item["kind"] != "Namespace" or item["metadata"]["name"] == namespace)
        )
        self._kinds = {item["kind"] for item in self._objects} - NEVER

    async def get(self, kind: str, name: str) -> Object | None:
        """The object of that kind and name; raises NotVerifiedError where the dump has nothing of the kind."""
        return next((item for item in await self.listed(kind) if item["metadata"]["name"] == name), None)

    async def listed(self, kind: str) -> tuple[Object, ...]:
        """All objects of a kind; raises NotVerifiedError where there are none: nobody may have asked for them."""
        if kind not in self._kinds:
            raise NotVerifiedError(f"the dump holds no {kind}, or none of this namespace")
        return tuple(item for item in self._objects if item["kind"] == kind)

    async def exec(self, pod: str, container: str, argv: Sequence[str], limit_s: float) -> Answer:
        """Never."""
        raise NotVerifiedError("a dump cannot be asked: this needs the running pods")
