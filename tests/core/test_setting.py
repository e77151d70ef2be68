"""Settings: computed defaults keep their promises in order, and what was not written is not called written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from redismanifests.core.setting import Promise, Section, complete, computed, section, setting
from redismanifests.profile import Profile

if TYPE_CHECKING:
    from collections.abc import Iterator


class Inner(Section):
    half: int = computed(lambda root: root.size // 2, "Half.", why="half of it")
    quarter: int = computed(lambda root: root.inner.half // 2, "Quarter.", why="half of the half")


class Outer(Section):
    size: int = setting(8, "Size.", why="eight", source="a book")
    inner: Inner = section(Inner, "Inside.")


def test_a_computed_default_follows_what_is_written() -> None:
    assert complete(Outer(size=16)).inner == Inner(half=8, quarter=4)


def test_a_promise_sees_those_before_it_kept() -> None:
    assert complete(Outer(inner=Inner(half=100))).inner.quarter == 50


def test_a_written_value_is_not_computed_again() -> None:
    assert complete(Outer(inner=Inner(half=1, quarter=7))).inner == Inner(half=1, quarter=7)


def test_completing_changes_nothing_that_was_there() -> None:
    before = Outer()
    complete(before)
    assert isinstance(before.inner.half, Promise)


def test_a_computed_value_does_not_count_as_written() -> None:
    assert complete(Outer(inner=Inner(half=1))).inner.model_fields_set == {"half"}


def test_sections_are_frozen_and_refuse_unknown_keys() -> None:
    with pytest.raises(ValidationError):
        Outer().size = 3
    with pytest.raises(ValidationError):
        Outer(Size=3)


def _settings(model: type[Section], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Section):
            yield from _settings(field.annotation, (*path, name))
        else:
            yield (*path, name), field


ALL = dict(_settings(Profile))


@pytest.mark.parametrize("path", ALL, ids=".".join)
def test_every_setting_of_a_profile_is_described(path: tuple[str, ...]) -> None:
    assert str(ALL[path].description).endswith(".")


@pytest.mark.parametrize("path", ALL, ids=".".join)
def test_every_default_that_says_something_has_a_reason(path: tuple[str, ...]) -> None:
    field = ALL[path]
    empty = field.default in (None, (), {}) and field.default_factory is None
    if not field.is_required() and not empty:
        assert field.json_schema_extra["x-why"]
