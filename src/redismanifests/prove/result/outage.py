"""Outage: for how long no write was acknowledged; moments and durations in seconds."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PAUSE_S = 0.25
"""Shorter times between two acknowledged writes are noise of a busy machine."""
Gap = tuple[float, float]


def gaps(acknowledged: Sequence[float], last_try: float | None = None) -> list[Gap]:
    """From each acknowledged write to the next, and to the last try: an outage that never ended is no short one."""
    ends = acknowledged if last_try is None or not acknowledged else [*acknowledged, last_try]
    return list(pairwise(ends))


def longest_s(found: Iterable[Gap], since: float) -> float | None:
    """The longest gap that ended after ``since`` (it may have begun before); None if there is none."""
    return max((after - before for before, after in found if after >= since), default=None)


def pauses(found: Iterable[Gap], since: float = 0.0) -> tuple[Gap, ...]:
    """The gaps that are no noise, and ended after ``since``."""
    return tuple((before, after) for before, after in found if after - before > PAUSE_S and after >= since)
