"""LimitRange object: reads it as the API server stores it, and refuses what the API server refuses.

The verdict on a pod depends on the defaults that the API server adds to the LimitRange itself. Users edit the file by
hand, so defaults and validation happen here, before any pod is judged. Sources: SetDefaults_LimitRangeItem
in pkg/apis/core/v1/defaults.go, ValidateLimitRange in pkg/apis/core/validation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from redismanifests.core.values.limit_range import Item, LimitRange
from redismanifests.core.values.names import LABEL_KEY
from redismanifests.core.values.quantity import NANO
from redismanifests.core.values.scalar import kind as kind_of
from redismanifests.judge.admission.manifest import (
    ManifestError,
    Problem,
    amounts,
    mapping,
    object_name,
    objects,
)
from redismanifests.judge.admission.pod import overcommit_allowed

if TYPE_CHECKING:
    from redismanifests.core.findings import Path
    from redismanifests.core.object import Object

TYPES = ("Container", "Pod", "PersistentVolumeClaim")
_CONTAINER_RESOURCES = {"cpu", "memory", "ephemeral-storage"}
_OTHER_RESOURCES = {*_CONTAINER_RESOURCES, "storage", "requests.storage"}


def read_limit_ranges(root: object) -> tuple[LimitRange, ...]:
    """The limit ranges in ``root`` (one, a List, or several documents), by name.

    ManifestError has every reason for which the API server would refuse them.
    """
    problems: list[Problem] = []
    found = [limit_range(item, path, problems) for path, item in objects(root, ["LimitRange"], problems)]
    if problems:
        raise ManifestError(problems)
    return tuple(sorted(found, key=lambda limit_range: limit_range.name))


def limit_range(item: Object, path: Path, problems: list[Problem]) -> LimitRange:
    """The LimitRange ``item`` at ``path``; every reason for a refusal becomes a problem."""
    name = object_name(item, path, problems)
    spec = mapping(item, "spec", path, problems)
    limits = spec.get("limits")
    if not isinstance(limits, list):
        fact = "spec.limits is missing" if limits is None else f"spec.limits is {kind_of(limits)}, not a list"
        at = (*path, "spec") if "spec" in item else path
        fix = "write at least one entry with its type: - type: Container"
        problems.append(Problem(at if limits is None else (*path, "spec", "limits"), fact, fix))
        limits = []
    items: list[Item] = []
    for index, entry in enumerate(limits):
        at = (*path, "spec", "limits", index)
        if not isinstance(entry, Mapping):
            problems.append(Problem(at, f"this is {kind_of(entry)}, not a mapping", "begin it with its type"))
            continue
        before = len(problems)
        read = _item(entry, at, problems)
        # Faults of reading come first: an unread value would only cause further faults.
        problems += _problems(read, items) if len(problems) == before else ()
        items.append(_defaulted(read))
    return LimitRange(name, tuple(items))


def _item(entry: Object, path: Path, problems: list[Problem]) -> Item:
    known = {"type", "min", "max", "default", "defaultRequest", "maxLimitRequestRatio"}
    for key in entry:
        if key not in known:
            problems.append(
                Problem(
                    (*path, key), f"a LimitRange knows no {key}", f"write one of {', '.join(sorted(known))}"
                )
            )
    keys = ("min", "max", "default", "defaultRequest", "maxLimitRequestRatio")
    low, high, default, request, ratio = (amounts(entry, key, path, problems) for key in keys)
    return Item(str(entry.get("type") or ""), path, low, high, default, request, ratio)


def _defaulted(item: Item) -> Item:
    """A missing default is the max; a missing defaultRequest is the default, else the min."""
    if item.type != "Container":
        return item
    default = {**item.max, **item.default}
    return item._replace(default=default, default_request={**item.min, **default, **item.default_request})


def _problems(item: Item, before: list[Item]) -> Iterator[Problem]:
    yield from _type_problems(item, before)
    named = (
        ("min", item.min),
        ("max", item.max),
        ("default", item.default),
        ("defaultRequest", item.default_request),
        ("maxLimitRequestRatio", item.max_ratio),
    )
    for resource in dict.fromkeys(resource for _, given in named for resource in given):
        key = next(key for key, given in named if resource in given)
        fact = _resource_fault(item.type, resource)
        if fact:
            yield Problem((*item.path, key, resource), fact, "write cpu, memory, or a name with its domain")
        yield from _order_problems(item, resource)
        yield from _ratio_problems(item, resource)


def _type_problems(item: Item, before: list[Item]) -> Iterator[Problem]:
    at = (*item.path, "type")
    if item.type not in TYPES and not ("/" in item.type and re.fullmatch(LABEL_KEY.pattern, item.type)):
        yield Problem(at, f"{item.type!r} is no type of limit", f"write one of {', '.join(TYPES)}")
    if any(other.type == item.type for other in before):
        yield Problem(at, f"there are two entries of type {item.type}", "join them into one")
    if item.type == "Pod":
        for key, given in (("default", item.default), ("defaultRequest", item.default_request)):
            if given:
                fact = f"{key} may not be specified when type is Pod"
                yield Problem((*item.path, key), fact, "move it to the entry of type Container")
    if item.type == "PersistentVolumeClaim" and "storage" not in {*item.min, *item.max}:
        fact = "either minimum or maximum storage value is required, but neither was provided"
        yield Problem(item.path, fact, "write min or max with storage")


def _resource_fault(kind: str, resource: str) -> str:
    """Why ``resource`` is no name of a resource in an entry of type ``kind``; nothing where it is one."""
    if not re.fullmatch(LABEL_KEY.pattern, resource):
        return f"{resource!r} is no name of a resource"
    known = _CONTAINER_RESOURCES if kind in {"Container", "Pod"} else _OTHER_RESOURCES
    if "/" in resource or resource in known or resource.startswith("hugepages-"):
        return ""
    return f"{resource} is neither a standard resource for {kind} nor has it a domain"


def _order_problems(item: Item, resource: str) -> Iterator[Problem]:
    """What must not be above what. Only of what is written: a default in its place would repeat the fault."""
    low, high = (item.min, "min", "min value"), (item.max, "max", "max value")
    default = (item.default, "default", "default value")
    limit = (item.default, "default", "default limit value")
    request = (item.default_request, "defaultRequest", "default request value")
    pairs = ((low, high), (low, request), (request, high), (request, limit), (low, default), (default, high))
    for (below, below_key, below_words), (above, above_key, above_words) in pairs:
        lesser, greater = below.get(resource), above.get(resource)
        if lesser is None or greater is None or lesser <= greater:
            continue
        fact = f"{below_words} {lesser.echo} is greater than {above_words} {greater.echo}"
        fix = f"lower {below_key} of {resource} to {greater} or raise {above_key} to {lesser}"
        yield Problem((*item.path, below_key, resource), fact, fix)
    full = _defaulted(item)
    asked, given = full.default_request.get(resource), full.default.get(resource)
    if asked is not None and given is not None and asked != given and not overcommit_allowed(resource):
        fact = f"default value {given.echo} must equal to defaultRequest value {asked.echo} in {resource}"
        yield Problem((*item.path, "defaultRequest", resource), fact, f"write {given} for both")


def _ratio_problems(item: Item, resource: str) -> Iterator[Problem]:
    ratio, low, high = (given.get(resource) for given in (item.max_ratio, item.min, item.max))
    if ratio is None:
        return
    at = (*item.path, "maxLimitRequestRatio", resource)
    if ratio.nano < NANO:
        yield Problem(at, f"ratio {ratio.echo} is less than 1", "write 1 or more")
    if low is not None and high is not None and low.nano > 0:
        # In floating point, as the API server divides.
        widest = float(high.millis) / float(low.millis)
        if float(ratio.millis) / 1000 > widest:
            fact = f"ratio {ratio.echo} is greater than max/min = {widest:.6f}"
            yield Problem(at, fact, "lower the ratio, or leave it out: max and min already hold it")
