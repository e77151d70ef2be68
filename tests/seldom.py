"""Seldom: what CI tries the first of, and a release all of (`make release`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from _pytest.mark import ParameterSet

SELDOM = [pytest.mark.slow, pytest.mark.release]
_T = TypeVar("_T")


def first(number: int, values: Iterable[_T], name: Callable[[_T], str] = str) -> list[ParameterSet]:
    """Parameters of a test: the first ``number`` as they are, the others for a release only."""
    return [
        pytest.param(value, id=name(value), marks=SELDOM if at >= number else ())
        for at, value in enumerate(values)
    ]
