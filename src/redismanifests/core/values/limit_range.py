"""LimitRange: what a namespace sets and admits for each container, pod or claim: rendered, and judged by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.named import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from redismanifests.core.findings import Path
    from redismanifests.core.values.quantity import Quantity

    Amounts = Mapping[str, Quantity]


class Item(NamedTuple):
    """One entry of ``spec.limits``."""

    type: str
    path: Path
    """From the root of what was read, for the place in the file."""
    min: Amounts
    max: Amounts
    default: Amounts
    default_request: Amounts
    max_ratio: Amounts


class LimitRange(NamedTuple):
    """One LimitRange, defaulted and valid."""

    name: str
    items: tuple[Item, ...]
