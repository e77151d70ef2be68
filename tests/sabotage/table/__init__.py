"""Table: every sabotage, in the order in which the page tells them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sabotage.sabotage import Sabotage

from . import addressing, fencing, handover, objects, probing, scaling, start, votes

if TYPE_CHECKING:
    from types import ModuleType


def _of(module: ModuleType) -> list[Sabotage]:
    return [value for value in vars(module).values() if isinstance(value, Sabotage)]


SABOTAGES: tuple[Sabotage, ...] = tuple(
    each
    for module in (addressing, votes, start, handover, scaling, fencing, probing, objects)
    for each in _of(module)
)
