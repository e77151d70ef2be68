"""Memory: rules about what fits into the memory limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, rule
from redismanifests.core.findings import Change, Severity
from redismanifests.core.values.quantity import Quantity
from redismanifests.profile.derived import sizing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile.model import Profile

MIB = sizing.MIB


def _ways_to_fit(profile: Profile) -> str:
    """The fix that makes maxmemory fit; if the limit is too small for any, a larger limit."""
    most = sizing.fitting_maxmemory(profile)
    smaller = f"maxmemory to {most}, or " if most else ""
    return f"set {smaller}limits.memory to {sizing.fitting_limit(profile)}"


@rule("RM030", Severity.ERROR, waivable=False)
def request_over_limit(profile: Profile) -> Iterator[Fault]:
    """A request is larger than the limit: the API server refuses the pod.

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
                    fact=f"{amount.quantity} {amount.resource} is requested, and the limit is {limit}",
                    fix=f"set requests.{amount.resource} to {limit} or less, or raise the limit",
                    # The limit was probably chosen on purpose; the request above it is the mistake.
                    change=Change(place, limit),
                )


@rule("RM031", Severity.ERROR)
def maxmemory_over_limit(profile: Profile) -> Iterator[Fault]:
    """maxmemory leaves the process no memory inside the container's limit: the kernel will kill it.

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
    if data.bytes + sizing.beyond_bytes(profile) + sizing.processes_bytes(profile) > limit.bytes:
        yield Fault(
            path=("redis", "maxmemory"),
            fact=f"a maxmemory of {data}, {sizing.mebibytes(sizing.beyond_bytes(profile))} of buffers beyond it and "
            f"{sizing.mebibytes(sizing.processes_bytes(profile))} for processes do not fit into the limit of {limit}",
            fix=_ways_to_fit(profile),
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
    if data.bytes + sizing.beyond_bytes(profile) + sizing.processes_bytes(profile) <= limit.bytes < needed:
        yield Fault(
            path=("redis", "maxmemory"),
            fact=f"a maxmemory of {data} with {sizing.copy_percent(profile)} % copied while a child saves need "
            f"{sizing.mebibytes(needed)}, and the limit is {limit}",
            fix=_ways_to_fit(profile),
        )


@rule("RM033", Severity.ERROR)
def maxmemory_unset(profile: Profile) -> Iterator[Fault]:
    """With maxmemory 0 the process grows until the kernel kills it.

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
        most = sizing.fitting_maxmemory(profile)
        yield Fault(
            path=("redis", "maxmemory"),
            fact=f"without a bound Redis grows into its limit of {profile.redis.resources.limits.memory} and is killed",
            fix=f"leave maxmemory out, or set it to {most}" if most else "leave maxmemory out",
            change=Change(("redis", "maxmemory"), str(most)) if most else None,
        )


@rule("RM039", Severity.WARNING)
def request_below_use(profile: Profile) -> Iterator[Fault]:
    """The scheduler sets aside less memory than a full Redis uses.

    A node that is short of memory first evicts the pods that use more than they requested. That is the fullest Redis,
    often the master, at a moment when other pods on the node fail as well.

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
    used = data.bytes + sizing.beyond_bytes(profile) + sizing.processes_bytes(profile)
    if request.bytes < min(used, profile.redis.resources.limits.memory.bytes):
        yield Fault(
            path=("redis", "resources", "requests", "memory"),
            fact=f"a maxmemory of {data}, buffers and the process use {sizing.mebibytes(used)}, "
            f"and {request} are set aside",
            fix="leave requests.memory out: it is then equal to the limit",
            change=Change(
                ("redis", "resources", "requests", "memory"), str(profile.redis.resources.limits.memory)
            ),
        )


@rule("RM215", Severity.ERROR, waivable=False)
def backlog_leaves_no_data(profile: Profile) -> Iterator[Fault]:
    """The replication backlog uses up maxmemory: the server evicts every key, and then refuses every write.

    Redis and Valkey count the backlog inside maxmemory. Ordinary writes fill it, and it never shrinks. With
    `maxmemory 48mb`, a backlog of 64 MiB and `allkeys-lru` a cache evicted all keys and refused every write
    permanently, while all pods were ready.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      maxmemory: 48Mi
      replBacklogSize: 64Mi
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      maxmemory: 48Mi
    ```
    Source: measured (docs/design.md, Memory); https://github.com/valkey-io/valkey/issues/3778.
    """
    most, backlog = profile.redis.maxmemory, profile.redis.repl_backlog_size
    left = sizing.data_bytes(profile)
    if most.bytes > 0 and not sizing.leaves_data(profile):
        needed = sizing.mebibytes(
            (backlog.bytes + sizing.BASE_BYTES) * sizing.LEAST_DATA_SHARE // (sizing.LEAST_DATA_SHARE - 1)
        )
        written = "repl_backlog_size" in profile.redis.model_fields_set
        leave_out = "leave replBacklogSize out, or " if written else ""
        yield Fault(
            path=("redis", "replBacklogSize") if written else ("redis", "maxmemory"),
            fact=f"of {most} the backlog of {backlog} and the server itself leave {left // MIB}Mi for data",
            fix=f"{leave_out}set maxmemory to {needed} or more (limits.memory bounds it)",
        )
