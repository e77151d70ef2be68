"""Disruption: how many pods a drain may take at once.

What must not come in: rolling updates (the StatefulSet takes one pod at a time by itself).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from redismanifests.core.bounded import Flag, Whole
from redismanifests.core.feature import Feature, ObjectTemplate
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


FEATURE = Feature("disruption", objects=_objects)
