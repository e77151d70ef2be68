"""Shrunk: the smallest part of a generated object of which something is still true.

A disagreement in a pod with three containers tells little; without all that does not matter it is a named case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def shrunk(value: Any, still: Callable[[Any], bool]) -> Any:
    """``value`` (plain data) without every part that can go, one by one, while ``still`` holds of the rest."""
    for smaller in _smaller(value):
        if still(smaller):
            return shrunk(smaller, still)
    return value


def _smaller(value: Any) -> Iterator[Any]:
    """``value`` with one part less, the largest parts first."""
    if isinstance(value, dict):
        for key in value:
            yield {other: value[other] for other in value if other != key}
        for key, inner in value.items():
            yield from ({**value, key: less} for less in _smaller(inner))
    elif isinstance(value, list | tuple):
        for index in range(len(value)):
            yield type(value)((*value[:index], *value[index + 1 :]))
        for index, inner in enumerate(value):
            yield from (type(value)((*value[:index], less, *value[index + 1 :])) for less in _smaller(inner))
