"""Fix: computes the smallest change of a pod or a claim that the LimitRanges of its namespace admit.

A refusal needs a number as its fix. All bounds of one resource are met at once, so that a fix of one does not violate
another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.values.quantity import NANO, Quantity
from redismanifests.judge.admission.constraint import breaches
from redismanifests.judge.admission.pod import SIDES, WRITTEN, Container, Pod, overcommit_allowed
from redismanifests.judge.admission.verdict import Change

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from redismanifests.core.findings import Path
    from redismanifests.core.values.limit_range import Item

_MILLI = NANO // 1000
# Before 1.38 a ratio at its bound may appear violated by one part in 10^16: a thousandth more is enough.
_TRIES = 3

Pair = tuple[Quantity | None, Quantity | None]
"""A request and a limit; either may be None."""

Changes = dict[tuple["Path", str], tuple[Change, ...]]
"""Fixed amounts, by the path of a container (empty for the pod) and the resource."""


def fitting(resource: str, pair: Pair, items: Sequence[Item], minor: int) -> Pair | None:
    """The request and limit nearest to ``pair`` that all ``items`` admit; None if there is none.

    A limit changes only as far as min, max and the request require it. For a ratio the request is raised, because a
    lower limit could kill a running container.
    """
    low = max((item.min[resource] for item in items if resource in item.min), default=None)
    high = min((item.max[resource] for item in items if resource in item.max), default=None)
    ratio = min((item.max_ratio[resource] for item in items if resource in item.max_ratio), default=None)
    request, limit = pair
    if limit is None and (high is not None or ratio is not None):
        limit = request or low or high
    request, limit = _between(request or low or limit, low, high), _between(limit, low, high)
    if request is not None and limit is not None:
        limit = max(limit, request)
        if ratio is not None and ratio.nano > 0:
            request = max(request, _share(limit, ratio, resource))
        if not overcommit_allowed(resource):
            request = limit
    for _ in range(_TRIES):
        if _holds(resource, (request, limit), items, minor):
            return request, limit
        if request is not None:
            request = Quantity(request.nano + _step(resource), request.format)
    return None


def changes(pod: Pod, items: Sequence[Item], broken: set[tuple[Path, str]], minor: int) -> Changes:
    """Amounts with which the pod is admitted, as far as changes of single containers can achieve it.

    ``broken`` has the containers, by path, and the resources to fix; sums follow from them.
    """
    of_container = [item for item in items if item.type == "Container"]
    of_pod = [item for item in items if item.type == "Pod"]
    mended = pod
    for container in pod.containers:
        for resource in {*container.requests, *container.limits}:
            if (container.path, resource) in broken:
                pair = container.requests.get(resource), container.limits.get(resource)
                fit = fitting(resource, pair, of_container, minor)
                mended = mended if fit is None else _with(mended, container.path, resource, fit)
    places: dict[str, Path | None] = {}
    for resource in _bounded(of_pod):
        totals = _totals(mended, resource)
        if fitting(resource, totals, of_pod, minor) == totals:
            continue
        trials = (
            (_trial(mended, candidate, resource, (of_container, of_pod), minor), candidate.path)
            for candidate in _candidates(mended, resource)
        )
        trial, places[resource] = next((each for each in trials if each[0] is not None), (None, None))
        mended = trial or mended
    lines = {
        (before.path, resource): tuple(_lines(before, after, resource))
        for before, after in zip(_all(pod), _all(mended), strict=True)
        for resource in {*after.requests, *after.limits}
    }
    return {key: _together(key, lines, broken, places) for key in broken}


def _together(
    key: tuple[Path, str], lines: Changes, broken: set[tuple[Path, str]], places: dict[str, Path | None]
) -> tuple[Change, ...]:
    """Amounts that fix ``key``: its own, and those for a sum that only they move out of its bounds."""
    path, resource = key
    own = lines.get(key, ()) if path else ()
    if resource not in places or (path and ((), resource) in broken):
        return own
    place = places[resource]
    if place is None:
        return ()
    return lines[place, resource] if path == place else (*own, *lines[place, resource])


def _trial(
    pod: Pod, container: Container, resource: str, items: tuple[list[Item], list[Item]], minor: int
) -> Pod | None:
    """``pod`` with its sums fixed in ``container`` alone; None if that is impossible."""
    of_container, of_pod = items
    totals = _totals(pod, resource)
    fit = fitting(resource, totals, of_pod, minor)
    new = None if fit is None else _shifted(container, resource, totals, fit)
    if new is None or (container.path and fitting(resource, new, of_container, minor) != new):
        return None
    mended = _with(pod, container.path, resource, new)
    reached = _totals(mended, resource)
    return mended if fitting(resource, reached, of_pod, minor) == reached else None


def _between(amount: Quantity | None, low: Quantity | None, high: Quantity | None) -> Quantity | None:
    if amount is not None and low is not None and amount < low:
        amount = low
    if amount is not None and high is not None and amount > high:
        amount = high
    return amount


def _share(limit: Quantity, ratio: Quantity, resource: str) -> Quantity:
    """``limit`` divided by ``ratio``, rounded up to an allowed request."""
    step = _step(resource) if limit.nano % _step(resource) == 0 else _MILLI
    return Quantity(-(-limit.nano * NANO // (ratio.nano * step)) * step, limit.format)


def _step(resource: str) -> int:
    """Step of amounts: one byte, or a thousandth of a core."""
    return _MILLI if resource == "cpu" else NANO


def _holds(resource: str, pair: Pair, items: Iterable[Item], minor: int) -> bool:
    request, limit = pair
    if request is not None and limit is not None and request > limit:
        return False
    requests, limits = ({} if amount is None else {resource: amount} for amount in pair)
    return not any(
        breach.resource == resource for item in items for breach in breaches(item, requests, limits, minor)
    )


def _bounded(items: Iterable[Item]) -> list[str]:
    given = (amounts for item in items for amounts in (item.min, item.max, item.max_ratio))
    return sorted({resource for amounts in given for resource in amounts})


def _totals(pod: Pod, resource: str) -> Pair:
    return pod.total("requests").get(resource), pod.total("limits").get(resource)


def _candidates(pod: Pod, resource: str) -> Iterator[Container]:
    """Places to fix a sum: the pod's own resources if they decide, else a container."""
    if pod.own is not None and (resource in pod.own.requests or resource in pod.own.limits):
        yield pod.own
        return
    nothing = Quantity(0)
    yield from sorted(
        pod.containers,
        key=lambda container: container.limits.get(resource) or container.requests.get(resource) or nothing,
        reverse=True,
    )


def _shifted(container: Container, resource: str, totals: Pair, fit: Pair) -> Pair | None:
    """The pair of ``container`` if it alone compensates the difference of the sums."""
    shifted: list[Quantity | None] = []
    for side, total, wanted in zip(SIDES, totals, fit, strict=True):
        mine = container.amounts(side).get(resource)
        if wanted is None or wanted == total:
            shifted.append(mine)
            continue
        difference = wanted.nano - (total.nano if total is not None else 0)
        nano = difference + (mine.nano if mine is not None else 0)
        if nano <= 0:
            return None
        shifted.append(Quantity(nano, (mine or wanted).format))
    request, limit = shifted
    return None if request is not None and limit is not None and request > limit else (request, limit)


def _all(pod: Pod) -> tuple[Container, ...]:
    return (*pod.containers, pod.own) if pod.own is not None else pod.containers


def _with(pod: Pod, path: Path, resource: str, fit: Pair) -> Pod:
    new = next(container for container in _all(pod) if container.path == path)
    for side, amount in zip(SIDES, fit, strict=True):
        if amount is not None:
            new = new.changed(side, resource, amount)
    return pod.mended(new)


def _lines(before: Container, after: Container, resource: str) -> Iterator[Change]:
    """The part of the difference that must be set explicitly."""
    at = (*before.path, "resources")
    limit, request = after.limits.get(resource), after.requests.get(resource)
    writes_limit = limit is not None and limit != before.limits.get(resource)
    if limit is not None and writes_limit:
        yield Change(before.name, (*at, "limits", resource), limit)
    # A request that is not set follows a limit that is set.
    follows = before.origins.get(("requests", resource)) != WRITTEN and (
        writes_limit or before.origins.get(("limits", resource)) == WRITTEN
    )
    if request is not None and request != (limit if follows else before.requests.get(resource)):
        yield Change(before.name, (*at, "requests", resource), request)
