"""Limit: rules about the CPU and the local disk that the redis pods may use, as their namespace admits them.

Out of scope: memory (memory.py) and Sentinel's own limits (recovery and sentinel).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, rule
from redismanifests.core.findings import Severity
from redismanifests.core.values.quantity import Quantity
from redismanifests.profile.derived import sizing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile.model import Profile

ONE_CORE = Quantity.parse("1")
"""The server's one thread; below it a client waits for the next period of the scheduler (100 ms)."""


@rule("RM235", Severity.WARNING)
def redis_may_be_throttled(profile: Profile) -> Iterator[Fault]:
    """A CPU limit below one core pauses Redis in the middle of its work, and every client with it.

    One thread answers all clients, and the child that saves, the probes and the hand-over share the limit with it. A
    container that has used its share of a 100 ms period waits for the next one. Measured under load during a rewrite:
    with 250m one PING in a hundred took 64 ms or more, with 100m 97 ms, with one core 12 ms.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      resources:
        limits: {cpu: 250m}
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      resources:
        requests: {cpu: 250m}
    ```
    Source: measured (docs/design.md, CPU); https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/.
    """
    limit = profile.redis.resources.limits.cpu
    if limit is not None and limit < ONE_CORE:
        yield Fault(
            path=("redis", "resources", "limits", "cpu"),
            fact=f"with {limit} of a core Redis, a child that saves and the probes wait for each other",
            fix="remove the limit, or set it to 1 or more where the namespace demands one",
            instead=ONE_CORE,
        )


@rule("RM236", Severity.WARNING)
def emptydir_over_ephemeral_limit(profile: Profile) -> Iterator[Fault]:
    """The files of Redis on an emptyDir count against the pod's ephemeral-storage limits, and do not fit in.

    The kubelet adds up emptyDirs, logs and writable layers, and evicts a pod that uses more than the limits of its
    containers allow. All pods have the same data: they are evicted at about the same time, each with its copy.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      storage: {kind: emptyDir}
      aof: {enabled: false}
      rdb: {save: []}
      maxmemoryPolicy: allkeys-lru
      resources:
        limits: {ephemeral-storage: 100Mi}
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      storage: {kind: emptyDir}
      aof: {enabled: false}
      rdb: {save: []}
      maxmemoryPolicy: allkeys-lru
      resources:
        limits: {ephemeral-storage: 2Gi}
    ```
    Source: Kubernetes eviction_manager.go, podEphemeralStorageLimitEviction;
    https://kubernetes.io/docs/concepts/storage/ephemeral-storage/.
    """
    exporter = profile.exporters.redis
    limits = [profile.redis.resources.limits.ephemeral_storage]
    limits += [exporter.resources.limits.ephemeral_storage] if exporter.enabled else []
    allowed = sum(limit.bytes for limit in limits if limit is not None)
    data, needed = sizing.data_bytes(profile), sizing.needed_volume_bytes(profile)
    if profile.redis.storage.kind == "emptyDir" and 0 < allowed < needed:
        yield Fault(
            path=("redis", "resources", "limits", "ephemeral-storage"),
            fact=f"{sizing.mebibytes(data)} of data need up to {sizing.mebibytes(needed)} in /data, and the pod is "
            f"evicted beyond {sizing.mebibytes(allowed)}",
            fix=f"set limits.ephemeral-storage to {sizing.mebibytes(needed)} or more, or leave it out",
            instead=sizing.mebibytes(needed),
        )
