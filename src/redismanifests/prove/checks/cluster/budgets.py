"""Budgets: could a node be drained now, without taking too many pods of a set?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.prove.checks import asked
from redismanifests.prove.checks.look import listed
from redismanifests.prove.checks.probe import NotVerifiedError, probe
from redismanifests.prove.checks.remedy import LOOK, Remedy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from redismanifests.core.object import Object
    from redismanifests.prove.checks.look import Look


@probe(
    "PB180",
    remedy=Remedy("Restore the missing pods first: while one is missing, no node can be drained.", LOOK),
    applies=asked.has_budgets,
)
async def evictions_are_allowed(look: Look) -> AsyncIterator[str]:
    """Every PodDisruptionBudget counts the pods that it should guard, and allows an eviction now."""
    live = {each["metadata"]["name"]: each for each in await look.listed("PodDisruptionBudget")}
    for wanted in asked.of_kind(look.desired, "PodDisruptionBudget"):
        name = wanted["metadata"]["name"]
        if name not in live:
            yield f"there is no PodDisruptionBudget {name}"
            continue
        status: Object = live[name].get("status") or {}
        told = ("expectedPods", "currentHealthy", "desiredHealthy", "disruptionsAllowed")
        look.note(
            "", f"get PodDisruptionBudget {name}", "\n".join(f"{key}: {status.get(key)}" for key in told)
        )
        if status.get("observedGeneration") != live[name]["metadata"].get("generation"):
            raise NotVerifiedError(f"the controller has not counted for PodDisruptionBudget {name} yet")
        guarded = _guarded(look, wanted)
        if status.get("expectedPods") != len(guarded):
            yield f"PodDisruptionBudget {name} counts {status.get('expectedPods')} pods instead of {len(guarded)}"
        if not status.get("disruptionsAllowed"):
            healthy = f"{status.get('currentHealthy')} of {status.get('expectedPods')} healthy"
            yield f"PodDisruptionBudget {name} allows no eviction ({healthy}): draining a node would wait"


@probe(
    "PB181",
    remedy=Remedy(
        "Delete the other PodDisruptionBudget, or narrow its selector.",
        "kubectl -n NAMESPACE get poddisruptionbudgets -o wide",
    ),
    applies=asked.has_budgets,
)
async def one_budget_guards_a_pod(look: Look) -> AsyncIterator[str]:
    """No pod is guarded by two PodDisruptionBudgets: the API server then refuses every eviction of it."""
    live = await look.listed("PodDisruptionBudget")
    look.note("", "get PodDisruptionBudget", "\n".join(each["metadata"]["name"] for each in live))
    for pod in asked.pods(look.desired):
        budgets = [each["metadata"]["name"] for each in live if pod in _guarded(look, each)]
        if len(budgets) > 1:
            yield f"{pod} is guarded by {listed(sorted(budgets))}"


def _guarded(look: Look, budget: Object) -> set[str]:
    """The pods that a budget selects; only by labels: we render no expressions."""
    labels = (budget["spec"].get("selector") or {}).get("matchLabels") or {}
    return {
        pod
        for pod, template in asked.pods(look.desired).items()
        if labels and labels.items() <= asked.labels_of(pod, template).items()
    }
