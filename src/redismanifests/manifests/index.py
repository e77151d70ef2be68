"""Index: the rules over rendered objects, by code.

What must not come in: a rule itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Rule
from redismanifests.manifests import ending, failover, order, probing, secret, upkeep

if TYPE_CHECKING:
    from types import ModuleType


def _of(module: ModuleType) -> list[Rule]:
    return [value for value in vars(module).values() if isinstance(value, Rule)]


MANIFEST_RULES: tuple[Rule, ...] = tuple(
    sorted(
        (r for m in (ending, failover, order, probing, secret, upkeep) for r in _of(m)), key=lambda r: r.code
    )
)
