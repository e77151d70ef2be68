"""Objects: the rendered objects, parsed, with the lookups of a control plane.

A rehearsal uses only the rendered objects, so that its results are valid for the files that are applied.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from redismanifests.errors import RedismanifestsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from redismanifests.core.object import Object

NAMESPACE_NAME = "kubernetes.io/metadata.name"
"""The label that every namespace has since 1.22."""


@dataclass(frozen=True, slots=True)
class Objects:
    """The objects of one namespace, in the order in which they would be applied."""

    items: tuple[Object, ...]
    namespace: str

    @classmethod
    def of(cls, parsed: Iterable[Object]) -> Objects:
        """Take parsed documents; raises RedismanifestsError unless they are one namespace with a StatefulSet."""
        items = tuple(item for item in parsed if item)
        namespaces = {
            item["metadata"].get("namespace", "default") for item in items if item["kind"] == "StatefulSet"
        }
        if len(namespaces) != 1:
            raise RedismanifestsError(
                f"the objects have StatefulSets of {len(namespaces)} namespaces; a rehearsal runs exactly one",
                "give the folder of one deployment",
            )
        return cls(items, namespaces.pop())

    def of_kind(self, kind: str) -> list[Object]:
        """All objects of a kind, in order."""
        return [item for item in self.items if item["kind"] == kind]

    def named(self, kind: str, name: str) -> Object | None:
        """The rendered object of that kind and name, or None."""
        return next((item for item in self.of_kind(kind) if item["metadata"]["name"] == name), None)

    @property
    def namespace_labels(self) -> Mapping[str, str]:
        """Labels of the namespace: its name, which the API server adds, and the rendered ones."""
        rendered = self.named("Namespace", self.namespace) or {"metadata": {}}
        return {NAMESPACE_NAME: self.namespace} | (rendered["metadata"].get("labels") or {})
