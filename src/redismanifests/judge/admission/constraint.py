"""Constraint: min, max and maxLimitRequestRatio of a LimitRange over one request and one limit.

The comparisons and messages are those of LimitRanger, so that users recognize a message of their cluster. Source:
minConstraint, maxConstraint, maxRequestConstraint and limitRequestRatioConstraint in
plugin/pkg/admission/limitranger/admission.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from redismanifests.core.named import NamedTuple
from redismanifests.core.values.quantity import NANO

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.core.values.limit_range import Item
    from redismanifests.core.values.quantity import Quantity
    from redismanifests.judge.admission.manifest import Amounts

    Wanted = tuple[tuple["Side", Quantity | None], ...]

Kind = Literal["min", "max", "maxLimitRequestRatio"]
Asked = Literal["request", "limit", "ratio"]
Side = Literal["request", "limit"]

CLAIM = "PersistentVolumeClaim"

EXACT_MINOR = 38
"""From Kubernetes 1.38 on ratios are compared exactly, before it in floating point (kubernetes#141348)."""

_MAX = 2**63 - 1
"""Go reads a larger quantity as this one (quantity.go, ParseQuantity, "Cap at max size")."""
# resource.MaxMilliValue: above it Kubernetes before 1.38 counts in whole units.
_MAX_MILLI = _MAX // 1000


class Breach(NamedTuple):
    """One violated constraint."""

    kind: Kind
    resource: str
    side: Asked
    asked: str
    """The amount as the API server prints it; empty if there is none."""
    allowed: str
    text: str
    """The sentence of the API server."""


def breaches(item: Item, requests: Amounts, limits: Amounts, minor: int) -> Iterator[Breach]:
    """Constraints of ``item`` that the amounts violate in Kubernetes 1.``minor``; at most one of each kind."""
    for resource, bound in sorted(item.min.items()):
        low: Wanted = (("request", requests.get(resource)), ("limit", limits.get(resource)))
        yield from _bound("min", item.type, resource, bound, low)
    for resource, bound in sorted(item.max.items()):
        high: Wanted = (("limit", limits.get(resource)), ("request", requests.get(resource)))
        # A claim has no limit, so its request counts.
        yield from _bound("max", item.type, resource, bound, high[1:] if item.type == CLAIM else high)
    if item.type != CLAIM:
        for resource, bound in sorted(item.max_ratio.items()):
            pair: Wanted = (("request", requests.get(resource)), ("limit", limits.get(resource)))
            yield from _ratio(item.type, resource, bound, pair, exact=minor >= EXACT_MINOR)


def _bound(
    kind: Literal["min", "max"],
    item_type: str,
    resource: str,
    bound: Quantity,
    wanted: Wanted,
) -> Iterator[Breach]:
    """The first of ``wanted`` must be set, and none may be beyond ``bound``."""
    words = f"{kind}imum {resource} usage per {item_type} is {bound.echo}"
    first, amount = wanted[0]
    if amount is None:
        yield Breach(kind, resource, first, "", bound.echo, f"{words}.  No {first} is specified")
        return
    there = [bound, *(asked for _, asked in wanted if asked is not None)]
    # Where thousandths of one of them would not fit into 64 bits, the server counts all in whole units.
    whole = any(quantity.bytes > _MAX_MILLI for quantity in there)
    for side, asked in wanted:
        if asked is None:
            continue
        high, low = (bound, asked) if kind == "min" else (asked, bound)
        if (high.bytes > low.bytes) if whole else high > low:
            text = f"{words}, but {side} is {asked.echo}"
            yield Breach(kind, resource, side, asked.echo, bound.echo, text)
            return


def _ratio(
    item_type: str, resource: str, bound: Quantity, wanted: Wanted, *, exact: bool
) -> Iterator[Breach]:
    words = f"{resource} max limit to request ratio per {item_type} is {bound.echo}"
    there: list[Quantity] = []
    for side, amount in wanted:
        if amount is None or amount.nano == 0:
            text = f"{words}, but no {side} is specified or {side} is 0"
            asked = "" if amount is None else amount.echo
            yield Breach("maxLimitRequestRatio", resource, side, asked, bound.echo, text)
            return
        there.append(amount)
    request, limit = there
    ratio = (_exact_ratio if exact else _floating_ratio)(limit, request, bound)
    if ratio is not None:
        text = f"{words}, but provided ratio is {ratio}"
        yield Breach("maxLimitRequestRatio", resource, "ratio", ratio, bound.echo, text)


def _exact_ratio(limit: Quantity, request: Quantity, bound: Quantity) -> str | None:
    """The ratio with six decimals, rounded half to even, if it is above ``bound``."""
    if abs(limit.nano) * NANO <= abs(request.nano) * bound.nano:
        return None
    whole, rest = divmod(abs(limit.nano) * 10**6, abs(request.nano))
    twice = 2 * rest - abs(request.nano)
    whole += twice > 0 or (twice == 0 and whole % 2)
    return f"{whole // 10**6}.{whole % 10**6:06d}"


def _floating_ratio(limit: Quantity, request: Quantity, bound: Quantity) -> str | None:
    """The ratio as Go divides and prints it, if that is above ``bound``."""
    whole = any(quantity.bytes > _MAX_MILLI for quantity in (limit, request, bound))
    high, low = (limit.bytes, request.bytes) if whole else (limit.millis, request.millis)
    # Go turns both into float64 first; Python's int / int would round only once.
    ratio = float(min(high, _MAX)) / float(min(low, _MAX))
    in_milli = bound.bytes <= _MAX_MILLI
    above = ratio * 1000 > float(bound.millis) if in_milli else ratio > float(min(bound.bytes, _MAX))
    return f"{ratio:.6f}" if above else None
