"""Words: values and names of series as a panel shows them."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from redismanifests.present.size import size_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from redismanifests.prove.rehearse.alerts.shown import Looks

_UNITS = {"s": " s", "ops": "/s", "short": "", "": ""}
_PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")


def amount(value: float, unit: str) -> str:
    """A value with its unit, in four digits at the most."""
    if not math.isfinite(value):
        return "no number"
    if unit == "percentunit":
        return f"{value:.1%}"
    if unit == "bytes":
        return size_text(value)
    return f"{value:.4g}{_UNITS.get(unit, '')}"


def shown(value: float, looks: Looks) -> str:
    """A value, or the text of its state."""
    texts = {state: text for state, text, _ in looks.states}
    return texts.get(round(value), amount(value, looks.unit)) if math.isfinite(value) else amount(value, "")


def colour(value: float, looks: Looks) -> str:
    """The colour of a value by its state, or by the highest step below it."""
    if not math.isfinite(value):
        return "text"
    of_state = next((name for state, _, name in looks.states if state == round(value)), "")
    of_step = [name for limit, name in looks.steps if value >= limit]
    return of_state or (of_step[-1] if of_step else "text")


def name_of(legend: str, labels: Mapping[str, str]) -> str:
    """The name of a series: the legend with its labels filled in."""
    return _PLACEHOLDER.sub(lambda match: labels.get(match[1], ""), legend)
