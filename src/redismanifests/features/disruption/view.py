"""Disruption view: facts for the templates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Feature, ObjectTemplate
from redismanifests.core.named import NamedTuple
from redismanifests.profile.derived.members import Workload, redis_workload, sentinel_workload

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.features.disruption.settings import RedisBudget, SentinelBudget
    from redismanifests.profile.model import Profile


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
