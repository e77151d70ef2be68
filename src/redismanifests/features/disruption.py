"""Disruption: how many pods a drain may take at once.

What must not come in: rolling updates (the StatefulSet takes one pod at a time by itself).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from redismanifests.core.bounded import Flag, Whole
from redismanifests.core.feature import Fault, Feature, ObjectTemplate, rule
from redismanifests.core.findings import Change, Severity
from redismanifests.core.setting import Section, computed, section, setting
from redismanifests.facts.members import Workload, redis_workload, sentinel_workload
from redismanifests.facts.votes import majority

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile import Profile


class RedisBudget(Section):
    """The budget of the data pods."""

    enabled: Flag = setting(
        True, "Whether a PodDisruptionBudget is rendered.", why="drains do not ask otherwise"
    )
    max_unavailable: Whole = setting(
        1,
        "Pods that may be missing at once.",
        ge=1,
        why="one hand-over at a time; zero would block every drain",
    )


class SentinelBudget(Section):
    """The budget of the Sentinels."""

    enabled: Flag = setting(
        True, "Whether a PodDisruptionBudget is rendered.", why="drains do not ask otherwise"
    )
    max_unavailable: Whole = computed(
        lambda profile: max(1, profile.sentinel.replicas - majority(profile.sentinel.replicas)),
        "Pods that may be missing at once.",
        why="as many as leave a majority that can elect",
        ge=1,
    )


class Disruption(Section):
    """PodDisruptionBudgets."""

    redis: RedisBudget = section(RedisBudget, "The data pods.")
    sentinel: SentinelBudget = section(SentinelBudget, "The Sentinels.")


class BudgetView(NamedTuple):
    """One budget."""

    max_unavailable: int


def _objects(profile: Profile) -> Iterator[ObjectTemplate]:
    budgets: tuple[tuple[Workload, RedisBudget | SentinelBudget], ...] = (
        (redis_workload(profile), profile.disruption.redis),
        (sentinel_workload(profile), profile.disruption.sentinel),
    )
    for workload, budget in budgets:
        if budget.enabled:
            facts = {"workload": workload, "budget": BudgetView(budget.max_unavailable)}
            template = "disruption/poddisruptionbudget.yaml.j2"
            yield ObjectTemplate(f"{workload.name}-poddisruptionbudget.yaml", template, facts)


@rule("RM066", Severity.WARNING)
def disruption_takes_too_many(profile: Profile) -> Iterator[Fault]:
    """The budget lets a drain take so many pods at once that nobody can be elected, or that writes stop.

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

    A drain asks the budget before it evicts; where there is none, it evicts. A node pool that is upgraded three nodes
    at a time takes three pods that were spread with care.

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
    # Who lets pods share a node has one node.
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


FEATURE = Feature("disruption", objects=_objects, rules=(disruption_takes_too_many, drains_take_all_pods))
