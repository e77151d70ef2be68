"""Disruption rules: settings that do not work together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, rule
from redismanifests.core.findings import Change, Severity
from redismanifests.profile.formulas.votes import majority

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile.model import Profile


@rule("RM066", Severity.WARNING)
def disruption_takes_too_many(profile: Profile) -> Iterator[Fault]:
    """The budget lets a drain take so many pods at once that no master can be elected, or that writes stop.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    disruption:
      sentinel:
        maxUnavailable: 2
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    disruption:
      sentinel:
        maxUnavailable: 1
    ```
    Source: https://kubernetes.io/docs/concepts/workloads/pods/disruptions/.
    """
    sentinels, redis, budgets = profile.sentinel.replicas, profile.redis, profile.disruption
    may_go = sentinels - majority(sentinels)
    # Of fewer than three none may go; that is RM010.
    if budgets.sentinel.enabled and sentinels >= 3 and budgets.sentinel.max_unavailable > may_go:
        yield Fault(
            path=("disruption", "sentinel", "maxUnavailable"),
            fact=f"{budgets.sentinel.max_unavailable} of {sentinels} may be taken, and "
            f"{majority(sentinels)} must remain to elect a master",
            fix=f"leave maxUnavailable out, or set it to {may_go}",
        )
    needed = 1 + redis.min_replicas_to_write
    if budgets.redis.enabled and budgets.redis.max_unavailable > max(1, redis.replicas - needed):
        yield Fault(
            path=("disruption", "redis", "maxUnavailable"),
            fact=f"{budgets.redis.max_unavailable} of {redis.replicas} may be taken, and writes need {needed}",
            fix="leave maxUnavailable out, or set it to 1",
        )


@rule("RM067", Severity.NOTE)
def drains_take_all_pods(profile: Profile) -> Iterator[Fault]:
    """Without a budget, drains of several nodes take all pods of a workload at once.

    A drain checks the budget before it evicts; without one it evicts at once. A node pool that is upgraded three nodes
    at a time takes all three pods.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    disruption:
      redis:
        enabled: false
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    disruption:
      redis:
        enabled: true
    ```
    Source: https://kubernetes.io/docs/tasks/administer-cluster/safely-drain-node/.
    """
    # Pods that may share a node: the cluster has one node.
    if not profile.spread.hard:
        return
    for name, budget in (("redis", profile.disruption.redis), ("sentinel", profile.disruption.sentinel)):
        if not budget.enabled:
            yield Fault(
                path=("disruption", name, "enabled"),
                fact="drains of several nodes may take all pods at once",
                fix="set enabled to true",
                change=Change(("disruption", name, "enabled"), True),
            )
