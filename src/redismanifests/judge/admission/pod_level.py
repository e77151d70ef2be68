"""Pod level: defaults of a pod's own ``resources``, and conflicts with those of its containers.

Missing values are filled from the containers. From Kubernetes 1.37 on this happens after the defaults of LimitRanges,
so the same pod may have other sums in two versions. Sources: defaultPodRequests in pkg/apis/core/v1/defaults.go
(1.34), DefaultPodLevelResources in pkg/api/pod/util.go (1.37), validatePodResourceConsistency in
pkg/apis/core/validation/validation.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.judge.admission.pod import FROM_LIMIT, HUGE_PAGES, Container, Pod, overcommit_allowed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.core.values.quantity import Quantity
    from redismanifests.judge.admission.manifest import Amounts

AFTER_DEFAULTS_MINOR = 37
"""From Kubernetes 1.37 on (PodLevelResourcesFixDefaulting) they are filled up after the LimitRanges' defaults."""


def filled_before(pod: Pod, minor: int) -> Pod:
    """``pod`` as the plugins receive it: until 1.36 with filled values if it has limits of its own."""
    if pod.own is None or minor >= AFTER_DEFAULTS_MINOR or not pod.own.limits:
        return pod
    return pod._replace(own=_requested(pod, _huge(pod, pod.own)))


def filled_after(pod: Pod, minor: int) -> Pod:
    """``pod`` as it is judged: from 1.37 on filled from containers with their defaults."""
    if pod.own is None or minor < AFTER_DEFAULTS_MINOR or not (pod.own.requests or pod.own.limits):
        return pod
    own = _requested(pod, _huge(pod, pod.own))
    sums = pod.aggregate("limits")
    limits = {
        resource: max(sums[resource], request)
        for resource, request in own.requests.items()
        if all(resource in container.limits for container in pod.containers)
    }
    return pod._replace(own=own.filled("limits", limits, FROM_LIMIT))


def faults(pod: Pod) -> Iterator[tuple[Container, str, str]]:
    """Containers with more than their pod: the pod or container, resource, the API server's message."""
    own = pod.own
    if own is None:
        return
    yield from _below(own, "requests", own.requests, pod.aggregate("requests"))
    huge = {name: amount for name, amount in own.limits.items() if name.startswith(HUGE_PAGES)}
    yield from _below(own, "limits", huge, pod.aggregate("limits"))
    for container in pod.containers:
        if container.is_init:
            continue
        for resource, amount in sorted(container.limits.items()):
            most = own.limits.get(resource)
            if most is not None and amount > most:
                at = f"spec.resources.containers[{container.path[1]}][{resource}].limits"
                invalid = f'Invalid value: "{amount.echo}": must be less than or equal to pod limits of'
                yield container, resource, f"{at}: {invalid} {most.echo}"


def _below(
    own: Container, side: str, amounts: Amounts, sums: dict[str, Quantity]
) -> Iterator[tuple[Container, str, str]]:
    for resource, amount in sorted(amounts.items()):
        least = sums.get(resource)
        if least is not None and least > amount:
            at = f"spec.resources.{side}[{resource}]"
            invalid = f'Invalid value: "{amount.echo}": must be greater than or equal to aggregate container'
            yield own, resource, f"{at}: {invalid} {side} of {least.echo}"


def _huge(pod: Pod, own: Container) -> Container:
    """Huge pages have one amount: the limit of the containers is the limit of the pod."""
    sums = pod.aggregate("limits").items()
    more = {name: amount for name, amount in sums if name.startswith(HUGE_PAGES) and name not in own.requests}
    return own.filled("limits", more, FROM_LIMIT)


def _requested(pod: Pod, own: Container) -> Container:
    asked = pod.aggregate("requests").items()
    fitting = {name: amount for name, amount in asked if _supported(name) and overcommit_allowed(name)}
    own = own.filled("requests", fitting, FROM_LIMIT)
    return own.filled("requests", {k: v for k, v in own.limits.items() if _supported(k)}, FROM_LIMIT)


def _supported(resource: str) -> bool:
    return resource in {"cpu", "memory"} or resource.startswith(HUGE_PAGES)
