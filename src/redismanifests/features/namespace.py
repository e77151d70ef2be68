"""Namespace: what the namespace demands of the deployment, and its own objects where the team renders them too.

What must not come in: the judgement (admission).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from redismanifests.core.feature import Feature, ObjectTemplate
from redismanifests.core.setting import Section, setting

if TYPE_CHECKING:
    from redismanifests.profile import Profile


class NamespaceObjects(Section):
    """Objects of the namespace itself; they sort first in the folder."""

    namespace: bool = setting(
        False, "Render the Namespace.", why="most teams get theirs from a platform team, and must not own it"
    )
    limit_range: bool = setting(False, "Render the LimitRange objects of `limits`.", why="as above")
    pod_security: Literal["restricted", "baseline", "privileged"] = setting(
        "restricted", "Pod Security level that the rendered Namespace enforces.",
        why="every pod of ours is admitted under it", source="Kubernetes docs, Pod Security Standards",
    )  # fmt: skip


def _objects(profile: Profile) -> Iterator[ObjectTemplate]:
    if profile.namespace_objects.namespace:
        yield ObjectTemplate("00-namespace.yaml", "namespace/namespace.yaml.j2")


@dataclass(frozen=True, slots=True)
class NamespaceView:
    """Facts for the templates."""

    name: str
    pod_security: str


def _view(profile: Profile) -> NamespaceView:
    return NamespaceView(profile.namespace, profile.namespace_objects.pod_security)


FEATURE = Feature("namespace", view=_view, objects=_objects)
