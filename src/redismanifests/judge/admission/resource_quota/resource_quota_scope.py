"""Resource quota scope: selects the objects that a quota counts, by properties other than amounts.

A quota with scopes counts only objects that match all of them, so the same pod can count for one quota only. Sources:
podMatchesScopeFunc and pvcMatchesScopeFunc in pkg/quota/v1/evaluator/core; validateResourceQuotaScopes in
pkg/apis/core/validation/validation.go.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from redismanifests.core.named import NamedTuple
from redismanifests.core.values.scalar import kind as kind_of
from redismanifests.judge.admission.manifest import Amounts, Problem
from redismanifests.judge.admission.resource_quota.resource_quota_name import (
    CLAIMS,
    COMPUTE,
    PODS,
    is_standard,
)

if TYPE_CHECKING:
    from redismanifests.core.findings import Path
    from redismanifests.core.object import Object

TERMINATING, NOT_TERMINATING = "Terminating", "NotTerminating"
BEST_EFFORT, NOT_BEST_EFFORT = "BestEffort", "NotBestEffort"
PRIORITY_CLASS = "PriorityClass"
CROSS_NAMESPACE = "CrossNamespacePodAffinity"
ATTRIBUTES_CLASS = "VolumeAttributesClass"

ATTRIBUTES_CLASS_MINOR = 34
"""From Kubernetes 1.34 on claims may be counted by their VolumeAttributesClass (on by default)."""

_PLAIN = (TERMINATING, NOT_TERMINATING, BEST_EFFORT, NOT_BEST_EFFORT, CROSS_NAMESPACE)
"""Scopes without a value: a pod has them or not."""
_OPPOSITES = ((BEST_EFFORT, NOT_BEST_EFFORT), (TERMINATING, NOT_TERMINATING))
_WITH_VALUES, _WITHOUT_VALUES = ("In", "NotIn"), ("Exists", "DoesNotExist")


class Scope(NamedTuple):
    """One requirement of ``scopes`` or ``scopeSelector``."""

    name: str
    operator: str
    values: tuple[str, ...]
    path: Path
    """Its path from the root of the document."""


class Traits(NamedTuple):
    """The properties of a pod or a claim that scopes compare."""

    matched: frozenset[str]
    """The plain scopes that match."""
    named: Mapping[str, str]
    """PriorityClass or VolumeAttributesClass by its scope; absent if the object has none."""
    scopes: frozenset[str]
    """Every scope that applies to objects of this kind; any other never matches."""


NO_TRAITS = Traits(frozenset(), {}, frozenset())
"""Properties of objects that no scope matches."""


def matches(scope: Scope, traits: Traits) -> bool:
    """Whether ``scope`` matches an object."""
    if scope.name not in traits.scopes:
        return False
    if scope.name in _PLAIN:
        return scope.name in traits.matched
    value = traits.named.get(scope.name)
    if scope.operator in _WITHOUT_VALUES:
        return (value is not None) == (scope.operator == "Exists")
    # As a label selector: an object without a class is in no list.
    return (value in scope.values) == (scope.operator == "In")


def scopes(spec: Object, path: Path, problems: list[Problem]) -> tuple[Scope, ...]:
    """The requirements of a quota's ``spec``."""
    found = [
        Scope(str(name), "Exists", (), (*path, "scopes", index))
        for index, name in enumerate(_list(spec, "scopes", path, problems))
    ]
    selector = spec.get("scopeSelector") or {}
    if not isinstance(selector, Mapping):
        fact = f"scopeSelector is {kind_of(selector)}, not a mapping"
        problems.append(Problem((*path, "scopeSelector"), fact, "write matchExpressions below it"))
        return tuple(found)
    at = (*path, "scopeSelector")
    for index, entry in enumerate(_list(selector, "matchExpressions", at, problems)):
        here = (*at, "matchExpressions", index)
        if not isinstance(entry, Mapping):
            fact = f"this is {kind_of(entry)}, not a mapping"
            problems.append(Problem(here, fact, "begin it with scopeName"))
            continue
        values = tuple(map(str, _list(entry, "values", here, problems)))
        found.append(Scope(str(entry.get("scopeName") or ""), str(entry.get("operator") or ""), values, here))
    return tuple(found)


def scope_problems(found: tuple[Scope, ...], hard: Amounts, minor: int) -> Iterator[Problem]:
    """The reasons why Kubernetes 1.``minor`` refuses these scopes for these resources."""
    known = {*_PLAIN, PRIORITY_CLASS, *([ATTRIBUTES_CLASS] if minor >= ATTRIBUTES_CLASS_MINOR else [])}
    for scope in found:
        if scope.name not in known:
            fact = f"unsupported scope: {scope.name!r}"
            yield Problem(scope.path, fact, f"write one of {', '.join(sorted(known))}")
            continue
        for resource in sorted(hard):
            if is_standard(resource) and resource not in _counted_under(scope.name):
                fact = f"unsupported scope applied to resource: {scope.name} to {resource}"
                yield Problem(
                    scope.path, fact, f"put {resource} into a quota of its own, without {scope.name}"
                )
        yield from _operator_problems(scope)
    for part in ("scopes", "scopeSelector"):
        names = {scope.name for scope in found if part in scope.path}
        for pair in _OPPOSITES:
            if names.issuperset(pair):
                at = next(scope.path for scope in found if part in scope.path and scope.name == pair[1])
                yield Problem(at, f"conflicting scopes: {' and '.join(pair)}", "keep one of the two")


def _operator_problems(scope: Scope) -> Iterator[Problem]:
    if scope.operator not in (*_WITH_VALUES, *_WITHOUT_VALUES):
        fact = f"{scope.operator!r} is not a valid selector operator"
        yield Problem(scope.path, fact, "write In, NotIn, Exists or DoesNotExist")
    elif scope.name in _PLAIN and scope.operator != "Exists":
        yield Problem(scope.path, f"operator must be Exists for scope {scope.name}", "write operator: Exists")
    if scope.operator in _WITH_VALUES and not scope.values:
        fact = f"{scope.operator} needs at least one value"
        yield Problem(scope.path, fact, "write values, or Exists as operator")
    if scope.operator in _WITHOUT_VALUES and scope.values:
        yield Problem(scope.path, f"{scope.operator} has no values", "remove the values, or write In")


def _counted_under(scope: str) -> frozenset[str]:
    """Resources of Kubernetes that a quota with ``scope`` may count: IsResourceQuotaScopeValidForResource."""
    if scope == BEST_EFFORT:
        return frozenset({PODS})
    if scope == ATTRIBUTES_CLASS:
        return frozenset({CLAIMS, "requests.storage"})
    return COMPUTE | {PODS}


def _list(owner: Object, key: str, path: Path, problems: list[Problem]) -> list[Any]:
    value = owner.get(key) or []
    if isinstance(value, list | tuple):
        return list(value)
    fact = f"{key} is {kind_of(value)}, not a list"
    problems.append(Problem((*path, key), fact, "begin each entry with a dash"))
    return []
