"""Limit range: applies the LimitRanges of a namespace to a pod or a claim.

The order is that of the API server: defaults of the API, defaults of the plugin, the pod's own validity,
then every constraint. Unlike the server it does not stop at the first LimitRange that refuses. Source:
plugin/pkg/admission/limitranger/admission.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.judge.admission import pod_level
from redismanifests.judge.admission.constraint import CLAIM, Breach, breaches
from redismanifests.judge.admission.limit_range.limit_range_object import read_limit_ranges
from redismanifests.judge.admission.manifest import ManifestError, Problem, amounts, mapping
from redismanifests.judge.admission.mend import changes, fitting
from redismanifests.judge.admission.pod import FROM_LIMIT, SIDES, WRITTEN, Container, Pod, Side, read_pod
from redismanifests.judge.admission.verdict import Change, Decision, Unsettled, Violation

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from redismanifests.core.object import Object
    from redismanifests.core.values.limit_range import Item, LimitRange

__all__ = [
    "FROM_LIMIT",
    "WRITTEN",
    "Change",
    "Decision",
    "ManifestError",
    "Unsettled",
    "Violation",
    "decide_claim",
    "decide_pod",
    "read_limit_ranges",
]

NEWEST_MINOR = 37
"""The newest Kubernetes with these rules."""


def decide_pod(
    limit_ranges: Sequence[LimitRange], spec: Object, name: str = "", minor: int = NEWEST_MINOR
) -> Decision:
    """The verdict of Kubernetes 1.``minor`` when the pod ``spec`` (parsed YAML) is created.

    If LimitRanges have different defaults, the first of ``limit_ranges`` applies, and `Unsettled` reports it.
    ManifestError if it is not a pod spec.
    """
    pod = pod_level.filled_before(read_pod(spec, name, minor), minor)
    for limit_range in limit_ranges:
        pod = _defaulted(pod, limit_range)
    pod = pod_level.filled_after(pod, minor)
    violations = tuple(_violations(limit_ranges, pod, minor))
    if violations:
        items = [item for limit_range in limit_ranges for item in limit_range.items]
        broken = {(found.subject_path, found.resource) for found in violations}
        mended = changes(pod, items, broken, minor)
        violations = tuple(
            found._replace(changes=mended.get((found.subject_path, found.resource), ()))
            for found in violations
        )
    return Decision(pod, violations, tuple(_unsettled(limit_ranges, pod)))


def decide_claim(limit_ranges: Sequence[LimitRange], claim: Object) -> tuple[Violation, ...]:
    """Reasons why a PersistentVolumeClaim, or one from a template, is refused when it is created.

    Empty if it is admitted; ManifestError if it is not a claim.
    """
    problems: list[Problem] = []
    name = str(mapping(claim, "metadata", (), problems).get("name") or "")
    resources = mapping(mapping(claim, "spec", (), problems), "resources", ("spec",), problems)
    requests = amounts(resources, "requests", ("spec", "resources"), problems)
    if problems:
        raise ManifestError(problems)
    items = [
        (limit_range, item)
        for limit_range in limit_ranges
        for item in limit_range.items
        if item.type == CLAIM
    ]
    found: list[Violation] = []
    for limit_range, item in items:
        for breach in breaches(item, requests, {}, NEWEST_MINOR):
            resource = breach.resource
            fit = fitting(resource, (requests.get(resource), None), [each for _, each in items], NEWEST_MINOR)
            request = fit[0] if fit else None
            lines = () if request is None else (Change("", ("resources", "requests", resource), request),)
            origin = WRITTEN if resource in requests else ""
            found.append(_violation(limit_range, item, breach, name, origin)._replace(changes=lines))
    return tuple(found)


def _defaulted(pod: Pod, limit_range: LimitRange) -> Pod:
    """A copy with the defaults of every container; source: PodMutateLimitFunc."""
    for item in limit_range.items:
        if item.type == "Container":
            pod = pod.filled("limits", item.default, limit_range.name)
            pod = pod.filled("requests", item.default_request, limit_range.name)
    return pod


def _violations(limit_ranges: Sequence[LimitRange], pod: Pod, minor: int) -> Iterator[Violation]:
    for container, resource, text in (*pod.faults(), *pod_level.faults(pod)):
        yield _beyond_limit(limit_ranges, container, resource, text)
    totals = pod.total("requests"), pod.total("limits")
    for limit_range in limit_ranges:
        for item in limit_range.items:
            if item.type == "Container":
                for container in pod.containers:
                    for breach in breaches(item, container.requests, container.limits, minor):
                        side: Side = "limits" if breach.side == "limit" else "requests"
                        origin = container.origins.get((side, breach.resource), "")
                        found = _violation(limit_range, item, breach, container.name, origin)
                        yield found._replace(subject_path=container.path)
            elif item.type == "Pod":
                for breach in breaches(item, *totals, minor):
                    yield _violation(limit_range, item, breach, pod.name, "")


def _violation(limit_range: LimitRange, item: Item, breach: Breach, subject: str, origin: str) -> Violation:
    return Violation(
        limit_range=limit_range.name,
        item_type=item.type,
        item_path=item.path,
        constraint=breach.kind,
        resource=breach.resource,
        subject=subject,
        subject_path=(),
        side=breach.side,
        asked=breach.asked,
        allowed=breach.allowed,
        origin=origin,
        text=breach.text,
    )


def _beyond_limit(
    limit_ranges: Sequence[LimitRange], container: Container, resource: str, text: str
) -> Violation:
    """A request above its limit; often the limit is an unnoticed default."""
    origins = {container.origins.get((side, resource), "") for side in SIDES}
    by = [
        (limit_range.name, item.path)
        for limit_range in limit_ranges
        for item in limit_range.items
        if limit_range.name in origins and item.type == "Container"
    ]
    name, path = by[0] if by else ("", ())
    limit, request = container.limits.get(resource), container.requests.get(resource)
    return Violation(
        limit_range=name,
        item_type="Container",
        item_path=path,
        constraint="requestWithinLimit",
        resource=resource,
        subject=container.name,
        subject_path=container.path,
        side="request",
        asked="" if request is None else request.echo,
        allowed="" if limit is None else limit.echo,
        origin=container.origins.get(("requests", resource), ""),
        text=text,
    )


def _unsettled(limit_ranges: Sequence[LimitRange], pod: Pod) -> Iterator[Unsettled]:
    """Applied defaults for which another LimitRange has another value."""
    if len(limit_ranges) < 2:
        return
    names = {limit_range.name for limit_range in limit_ranges}
    taken = {key for each in pod.containers for key, origin in each.origins.items() if origin in names}
    for side, resource in sorted(taken):
        defaults = [
            (limit_range.name, given[resource])
            for limit_range in limit_ranges
            for item in limit_range.items
            for given in (item.default if side == "limits" else item.default_request,)
            if item.type == "Container" and resource in given
        ]
        if len({quantity for _, quantity in defaults}) > 1:
            yield Unsettled(side, resource, tuple((name, quantity.echo) for name, quantity in defaults))
