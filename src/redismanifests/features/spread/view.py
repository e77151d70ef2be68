"""Spread view: facts for the templates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Feature
from redismanifests.core.named import NamedTuple

if TYPE_CHECKING:
    from redismanifests.profile.model import Profile


class SpreadView(NamedTuple):
    """Facts for the templates."""

    hard: tuple[str, ...]
    soft: tuple[str, ...]
    any: bool


def _view(profile: Profile) -> SpreadView:
    spread = profile.spread
    return SpreadView(spread.hard, spread.soft, bool(spread.hard or spread.soft))


FEATURE = Feature("spread", view=_view)
