"""Shutdown: whether a pod has the time that giving the role away, ending a failover and writing its data take.

What must not come in: the hook itself (templates/startup).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, Feature, rule
from redismanifests.core.findings import Severity
from redismanifests.facts import sizing
from redismanifests.facts.startup import LEAVE_GRACE_SECONDS, LEAVE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile import Profile


@rule("RM028", Severity.WARNING)
def grace_shorter_than_shutdown(profile: Profile) -> Iterator[Fault]:
    """The pod is killed before it has given the master's role away, or ended the failover that it leads.

    The grace period covers the preStop hook as well: up to 40 s to hand over, then 10 s in which Redis waits for its
    replicas, then the snapshot where one is written at exit. When it ends first, the hook is cut off with writes
    paused, and the snapshot is lost. A Sentinel's hook lasts up to 12 s; when it is cut off, the failover stops in the
    middle, and the former master waits for its end in vain.

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


FEATURE = Feature("shutdown", rules=(grace_shorter_than_shutdown,))
