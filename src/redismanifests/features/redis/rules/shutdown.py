"""Shutdown: whether a pod has the time to hand over its role, to end a failover, and to write its data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, rule
from redismanifests.core.findings import Severity
from redismanifests.profile.derived import sizing
from redismanifests.profile.formulas.startup import LEAVE_GRACE_SECONDS, LEAVE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile.model import Profile


@rule("RM028", Severity.WARNING)
def grace_shorter_than_shutdown(profile: Profile) -> Iterator[Fault]:
    """The pod is killed before it has handed over the master's role, or ended the failover that it leads.

    The grace period covers the preStop hook as well: up to 40 s to hand over, then 10 s in which Redis waits for its
    replicas, then the snapshot where one is written at exit. When the period ends first, the hook is killed while
    writes are paused, and the snapshot is lost. A Sentinel's hook takes up to 12 s. When it is killed, the failover
    stops halfway, and the former master waits for its end in vain.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    redis:
      terminationGracePeriod: 30s
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    redis:
      terminationGracePeriod: 60s
    ```
    Source: docs/design.md, Giving the role away;
    https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination.
    """
    grace, needed = profile.redis.termination_grace_period, sizing.shutdown_seconds(profile)
    if grace.whole_seconds < needed:
        yield Fault(
            path=("redis", "terminationGracePeriod"),
            fact=f"hand-over and shutdown may take {needed} s, and the pod is killed after {grace}",
            fix=f"leave terminationGracePeriod out, or set it to {needed + sizing.MARGIN_SECONDS}s",
        )
    own = profile.sentinel.termination_grace_period
    if own.whole_seconds < LEAVE_SECONDS:
        yield Fault(
            path=("sentinel", "terminationGracePeriod"),
            fact=f"ending a failover may take {LEAVE_SECONDS} s, and the pod is killed after {own}",
            fix=f"leave terminationGracePeriod out, or set it to {LEAVE_GRACE_SECONDS}s",
        )
