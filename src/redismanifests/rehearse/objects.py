"""Objects: what was rendered, as parsed, with the look-ups that a control plane would answer.

Why: the rehearsal works from the rendered objects and from nothing else, so that what it shows is true of the files
that are applied. What must not come in: the profile, or any default that Kubernetes does not have.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from redismanifests.errors import RedismanifestsError

Object = Mapping[str, Any]

NAMESPACE_NAME = "kubernetes.io/metadata.name"
"""The label that every namespace carries since 1.22."""


@dataclass(frozen=True, slots=True)
class Objects:
    """The objects of one namespace, in the order in which they would be applied."""

    items: tuple[Object, ...]
    namespace: str

    @classmethod
    def of(cls, parsed: Iterable[Object]) -> Objects:
        """Take parsed documents; refuse what is not one namespace with at least one StatefulSet."""
        items = tuple(item for item in parsed if item)
        namespaces = {
            item["metadata"].get("namespace", "default") for item in items if item["kind"] == "StatefulSet"
        }
        if len(namespaces) != 1:
            raise RedismanifestsError(
                f"the objects hold StatefulSets of {len(namespaces)} namespaces; a rehearsal plays exactly one",
                "give the folder of one deployment",
            )
        return cls(items, namespaces.pop())

    def of_kind(self, kind: str) -> list[Object]:
        """All objects of a kind, in order."""
        return [item for item in self.items if item["kind"] == kind]

    def named(self, kind: str, name: str) -> Object | None:
        """The object of that kind and name, if it was rendered."""
        return next((item for item in self.of_kind(kind) if item["metadata"]["name"] == name), None)

    @property
    def namespace_labels(self) -> Mapping[str, str]:
        """Labels of the namespace: its name, which the API server adds, and those that were rendered."""
        rendered = self.named("Namespace", self.namespace) or {"metadata": {}}
        return {NAMESPACE_NAME: self.namespace} | (rendered["metadata"].get("labels") or {})
