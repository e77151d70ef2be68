"""Machine: the plan for scripts: amounts in milliseconds and bytes.

What must not come in: printing.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from redismanifests.report.machine import findings_json
from redismanifests.report.namespace import namespace_json

if TYPE_CHECKING:
    from redismanifests.plan import Budget, Plan


def plan_json(plan: Plan) -> str:
    """One document; findings are written as `check --format json` writes them."""
    document = {
        "name": plan.name,
        "namespace": plan.namespace,
        "kubernetesVersion": plan.kubernetes,
        "masterName": plan.master,
        "workloads": [each._asdict() for each in plan.workloads],
        "mustNotShare": plan.must_not_share,
        "shouldNotShare": plan.should_not_share,
        "services": [each._asdict() for each in plan.doors],
        "mayBeLost": [each._asdict() for each in plan.losses],
        "budgets": [_budget(each) for each in plan.budgets],
        "namespaceTable": namespace_json(plan.table),
        "findings": json.loads(findings_json(plan.findings)),
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _budget(budget: Budget) -> dict[str, Any]:
    return {
        "title": budget.title,
        "limit": budget.limit._asdict(),
        "parts": [part._asdict() for part in budget.parts],
        "beyond": [part._asdict() for part in budget.beyond],
        "fits": budget.fits,
    }
