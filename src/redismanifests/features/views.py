"""Views: every feature with a view, in the order in which templates are filled."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from redismanifests.features import VIEWS

if TYPE_CHECKING:
    from redismanifests.core.feature import Feature
    from redismanifests.profile.model import Profile

FEATURES: tuple[Feature[Profile], ...] = tuple(
    import_module(f"redismanifests.features.{name}.view").FEATURE for name in VIEWS
)
