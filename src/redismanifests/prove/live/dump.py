"""Dump: a deployment in files of `kubectl get -o yaml`, for a review without access to the cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.prove.checks.probe import NotVerifiedError
from redismanifests.prove.live.reading import NEVER

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from redismanifests.core.object import Object
    from redismanifests.prove.checks.askable import Answer


class Dump:
    """Objects of a dump."""

    def __init__(self, objects: Iterable[Object], namespace: str) -> None:
        """``objects`` may be of many namespaces."""
        self._objects = tuple(
            item
            for item in objects
            if item["metadata"].get("namespace", namespace) == namespace
            and (item["kind"] != "Namespace" or item["metadata"]["name"] == namespace)
        )
        self._kinds = {item["kind"] for item in self._objects} - NEVER

    async def get(self, kind: str, name: str) -> Object | None:
        """The object of that kind and name; raises NotVerifiedError if the dump has no object of the kind."""
        return next((item for item in await self.listed(kind) if item["metadata"]["name"] == name), None)

    async def listed(self, kind: str) -> tuple[Object, ...]:
        """All objects of a kind; raises NotVerifiedError if there are none: the dump may be incomplete."""
        if kind not in self._kinds:
            raise NotVerifiedError(f"the dump has no {kind}, or none of this namespace")
        return tuple(item for item in self._objects if item["kind"] == kind)

    async def exec(self, pod: str, container: str, argv: Sequence[str], limit_s: float) -> Answer:
        """Never."""
        raise NotVerifiedError("a dump cannot run commands: this needs the running pods")
