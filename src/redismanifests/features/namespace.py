"""Namespace: what the namespace demands of the deployment, and its own objects where the team renders them too.

What must not come in: the judgement (admission).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from redismanifests.core.bounded import Flag
from redismanifests.core.feature import Feature, ObjectTemplate
from redismanifests.core.setting import Section, setting

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from redismanifests.admission.limit_range import LimitRange
    from redismanifests.admission.limit_range_object import Item
    from redismanifests.profile import Profile


class NamespaceObjects(Section):
    """Objects of the namespace itself; they sort first in the folder."""

    namespace: Flag = setting(
        False, "Render the Namespace.", why="most teams get theirs from a platform team, and must not own it"
    )
    limit_range: Flag = setting(False, "Render the LimitRange objects of `limits`.", why="as above")
    pod_security: Literal["restricted", "baseline", "privileged"] = setting(
        "restricted",
        "Pod Security level that the rendered Namespace enforces.",
        why="every pod of ours is admitted under it",
        source="Kubernetes docs, Pod Security Standards",
    )


def _objects(profile: Profile) -> Iterator[ObjectTemplate]:
    if profile.namespace_objects.namespace:
        yield ObjectTemplate("00-namespace.yaml", "namespace/namespace.yaml.j2")


class NamespaceView(NamedTuple):
    """Facts for the templates."""

    name: str
    pod_security: str


class AmountView(NamedTuple):
    """A resource and a quantity."""

    resource: str
    quantity: str


class BoundView(NamedTuple):
    """One field of an entry of a LimitRange."""

    field: str
    amounts: tuple[AmountView, ...]


class LimitView(NamedTuple):
    """One entry of a LimitRange."""

    type: str
    bounds: tuple[BoundView, ...]


class LimitRangeView(NamedTuple):
    """A LimitRange, as the API server stores it."""

    name: str
    items: tuple[LimitView, ...]


def limit_range_objects(profile: Profile, limit_ranges: Sequence[LimitRange]) -> Iterator[ObjectTemplate]:
    """The LimitRanges of the namespace, where the profile asks for them.

    One without entries demands nothing, and could not be applied without a difference for ever: the API server stores
    its empty list as null, which its own schema refuses.
    """
    if profile.namespace_objects.limit_range:
        for number, limit_range in enumerate(each for each in limit_ranges if each.items):
            facts = {"limit_range": _limit_range(limit_range)}
            suffix = f"-{number}" if number else ""
            yield ObjectTemplate(f"01-limitrange{suffix}.yaml", "namespace/limitrange.yaml.j2", facts)


def _limit_range(limit_range: LimitRange) -> LimitRangeView:
    return LimitRangeView(
        limit_range.name, tuple(LimitView(i.type, tuple(_bounds(i))) for i in limit_range.items)
    )


def _bounds(item: Item) -> Iterator[BoundView]:
    fields = (
        ("max", item.max),
        ("min", item.min),
        ("default", item.default),
        ("defaultRequest", item.default_request),
        ("maxLimitRequestRatio", item.max_ratio),
    )
    for name, amounts in fields:
        if amounts:
            yield BoundView(
                name, tuple(AmountView(resource, str(amounts[resource])) for resource in sorted(amounts))
            )


def _view(profile: Profile) -> NamespaceView:
    return NamespaceView(profile.namespace, profile.namespace_objects.pod_security)


FEATURE = Feature("namespace", view=_view, objects=_objects)
