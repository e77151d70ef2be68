"""Memory: rules about what fits into the memory limit.

What must not come in: the arithmetic (facts/sizing.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, Feature, rule
from redismanifests.core.findings import Change, Severity
from redismanifests.core.quantity import Quantity
from redismanifests.facts import sizing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile import Profile

MIB = sizing.MIB


@rule("RM030", Severity.ERROR, waivable=False)
def request_over_limit(profile: Profile) -> Iterator[Fault]:
    """A container asks for more than it may use: the API server refuses the pod.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      resources:
        requests: {memory: 2Gi}
        limits: {memory: 1Gi}
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      resources:
        limits: {memory: 2Gi}
    ```
    Source: Kubernetes validation.go, ValidateContainerResourceRequirements; https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/.
    """
    sections = (
        (("redis",), profile.redis.resources),
        (("sentinel",), profile.sentinel.resources),
        (("exporters", "redis"), profile.exporters.redis.resources),
        (("exporters", "sentinel"), profile.exporters.sentinel.resources),
    )
    for path, resources in sections:
        limits = {amount.resource: amount.quantity for amount in resources.limits.amounts()}
        for amount in resources.requests.amounts():
            limit = limits.get(amount.resource)
            if limit is not None and Quantity.parse(amount.quantity) > Quantity.parse(limit):
                place = (*path, "resources", "requests", amount.resource)
                yield Fault(
                    path=place,
                    fact=f"{amount.quantity} {amount.resource} is asked for, and the limit is {limit}",
                    fix=f"set requests.{amount.resource} to {limit} or less, or raise the limit",
                    # A limit is what somebody decided to spend; a request above it is a slip.
                    change=Change(place, limit),
                )


@rule("RM031", Severity.ERROR)
def maxmemory_over_limit(profile: Profile) -> Iterator[Fault]:
    """maxmemory leaves the process no room inside the container's memory limit: the kernel will kill it.

    The limit covers more than data: replication buffers, pages copied while a child writes the append-only file, the
    process itself. A killed master is a failover; the new master is as full as the old one was.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      maxmemory: 1Gi
      resources:
        limits: {memory: 1Gi}
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      resources:
        limits: {memory: 1Gi}
    ```
    Source: measured (docs/design.md, Memory); https://redis.io/docs/latest/operate/oss_and_stack/management/optimization/memory-optimization/.
    """
    limit, data = profile.redis.resources.limits.memory, profile.redis.maxmemory
    if data.bytes + sizing.buffer_bytes(profile) + sizing.PROCESS_BYTES > limit.bytes:
        most = sizing.maxmemory(profile)
        yield Fault(
            path=("redis", "maxmemory"),
            fact=f"{data} of data, {sizing.mebibytes(sizing.buffer_bytes(profile))} of buffers and "
            f"{sizing.mebibytes(sizing.PROCESS_BYTES)} for the process do not fit into the limit of {limit}",
            fix=f"set maxmemory to {most}, or limits.memory to {sizing.mebibytes(sizing.needed_limit_bytes(profile))}",
        )


@rule("RM032", Severity.WARNING)
def maxmemory_without_copy_room(profile: Profile) -> Iterator[Fault]:
    """Data and buffers fit, but not the pages that are copied while a child writes the append-only file or a snapshot.

    Under 3,000 to 9,500 writes a second 24 to 46 % of the data were copied. The kernel then kills Redis exactly when
    it is full and busy.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      maxmemory: 700Mi
      resources:
        limits: {memory: 1Gi}
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      maxmemory: 512Mi
      resources:
        limits: {memory: 1Gi}
    ```
    Source: measured (docs/design.md, Memory); https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/.
    """
    limit, data = profile.redis.resources.limits.memory, profile.redis.maxmemory
    needed = sizing.needed_limit_bytes(profile)
    if data.bytes + sizing.buffer_bytes(profile) + sizing.PROCESS_BYTES <= limit.bytes < needed:
        yield Fault(
            path=("redis", "maxmemory"),
            fact=f"{data} of data with {sizing.copy_percent(profile)} % copied while a child saves need "
            f"{sizing.mebibytes(needed)}, and the limit is {limit}",
            fix=f"set maxmemory to {sizing.maxmemory(profile)}, or limits.memory to {sizing.mebibytes(needed)}",
        )


@rule("RM033", Severity.ERROR)
def maxmemory_unset(profile: Profile) -> Iterator[Fault]:
    """maxmemory 0 means: grow until the kernel kills the process.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      maxmemory: 0
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      maxmemory: 512Mi
    ```
    Source: https://redis.io/docs/latest/develop/reference/eviction/ (maxmemory).
    """
    if profile.redis.maxmemory.bytes <= 0:
        yield Fault(
            path=("redis", "maxmemory"),
            fact=f"without a bound Redis grows into its limit of {profile.redis.resources.limits.memory} and is killed",
            fix=f"leave maxmemory out, or set it to {sizing.maxmemory(profile)}",
            change=Change(("redis", "maxmemory"), str(sizing.maxmemory(profile))),
        )


@rule("RM039", Severity.WARNING)
def request_below_use(profile: Profile) -> Iterator[Fault]:
    """The scheduler sets aside less memory than a full Redis uses.

    A node that runs short of memory evicts first the pods that use more than they asked for. That is the fullest Redis,
    which is the master as often as not, at the moment when everything else on the node is in trouble as well.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      resources:
        requests: {memory: 256Mi}
        limits: {memory: 1Gi}
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      resources:
        limits: {memory: 1Gi}
    ```
    Source: https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/ (pod selection).
    """
    request, data = profile.redis.resources.requests.memory, profile.redis.maxmemory
    used = data.bytes + sizing.buffer_bytes(profile) + sizing.PROCESS_BYTES
    if request.bytes < min(used, profile.redis.resources.limits.memory.bytes):
        yield Fault(
            path=("redis", "resources", "requests", "memory"),
            fact=f"{data} of data, buffers and the process use {sizing.mebibytes(used)}, and {request} are set aside",
            fix="leave requests.memory out: it is then equal to the limit",
            change=Change(
                ("redis", "resources", "requests", "memory"), str(profile.redis.resources.limits.memory)
            ),
        )


FEATURE = Feature(
    "memory",
    rules=(
        request_over_limit,
        maxmemory_over_limit,
        maxmemory_without_copy_room,
        maxmemory_unset,
        request_below_use,
    ),
)
