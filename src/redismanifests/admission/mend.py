"""Mend: the smallest change of a pod or a claim that the LimitRanges of its namespace admit.

A refusal is only half an answer; the other half is the number to write. All bounds on one resource are met
at once, so that mending one does not break the next. What must not come in: the verdict itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.admission.constraint import breaches
from redismanifests.admission.pod import SIDES, WRITTEN, Container, Pod, overcommit_allowed
from redismanifests.admission.verdict import Change
from redismanifests.core.quantity import NANO, Quantity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from redismanifests.admission.limit_range_object import Item
    from redismanifests.core.findings import Path

_MILLI = NANO // 1000
# Before 1.38 a ratio that holds may look broken by one part in 10^16: a thousandth more is enough.
_TRIES = 3

Pair = tuple[Quantity | None, Quantity | None]
"""A request and a limit, either of which may be missing."""

Changes = dict[tuple["Path", str], tuple[Change, ...]]
"""What to write, by the path of a container (empty for the pod) and the resource."""


def fitting(resource: str, pair: Pair, items: Sequence[Item], minor: int) -> Pair | None:
    """The request and limit nearest to ``pair`` that every one of ``items`` admits; None where no pair is.

    A limit moves only as far as min, max and the request push it. For a ratio the request is raised, since a
    lower limit could kill what runs.
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
        if ratio is not None:
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
    """What to write so that the pod is admitted, as far as that can be brought about in single containers.

    ``broken`` names the containers, by path, and the resources that need it; sums follow from them.
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
    """What mends ``key``: its own lines, and those for a sum that only they push out of its bounds."""
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
    """``pod`` with its sums mended in ``container`` alone; None where that cannot be."""
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
    """``limit`` divided by ``ratio``, rounded up to what one may ask for."""
    step = _step(resource) if limit.nano % _step(resource) == 0 else _MILLI
    return Quantity(-(-limit.nano * NANO // (ratio.nano * step)) * step, limit.format)


def _step(resource: str) -> int:
    """Nobody asks for a part of a byte; CPU comes in thousandths."""
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
    """Where a sum may be mended: in the pod's own resources where they decide, else in a container."""
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
    """The pair of ``container`` when it alone makes up for the difference of the sums."""
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
    """What of the difference must be written by hand."""
    at = (*before.path, "resources")
    limit, request = after.limits.get(resource), after.requests.get(resource)
    writes_limit = limit is not None and limit != before.limits.get(resource)
    if limit is not None and writes_limit:
        yield Change(before.name, (*at, "limits", resource), limit)
    # A request that nobody wrote follows a limit that somebody wrote.
    follows = before.origins.get(("requests", resource)) != WRITTEN and (
        writes_limit or before.origins.get(("limits", resource)) == WRITTEN
    )
    if request is not None and request != (limit if follows else before.requests.get(resource)):
        yield Change(before.name, (*at, "requests", resource), request)
