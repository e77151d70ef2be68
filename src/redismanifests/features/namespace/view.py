"""Namespace view: facts for the templates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Feature, ObjectTemplate
from redismanifests.core.named import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from redismanifests.core.values.limit_range import Item, LimitRange
    from redismanifests.profile.model import Profile


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
    """The LimitRanges of the namespace, if the profile requests them.

    One without entries demands nothing, and would always show a difference after apply: the API server stores its empty
    list as null, which its own schema refuses.
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
