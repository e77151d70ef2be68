"""Settings: computed defaults keep their promises in order, and what was not written is not called written."""

from __future__ import annotations

from types import UnionType
from typing import TYPE_CHECKING, get_args

import pytest
from pydantic_core import ValidationError

from redismanifests.core.setting import Promise, Section, Setting, complete, computed, section, setting
from redismanifests.core.sources.source import source_from_text
from redismanifests.core.validator import setting_types
from redismanifests.profile.defaults import DEFAULTS
from redismanifests.profile.form import profile_from, validated
from redismanifests.profile.model import Profile

if TYPE_CHECKING:
    from collections.abc import Iterator


class Inner(Section):
    half: int = computed("Half.", why="half of it")
    quarter: int = computed("Quarter.", why="half of the half")


class Outer(Section):
    size: int = setting(8, "Size.", why="eight", source="a book")
    inner: Inner = section(Inner, "Inside.")


def completed(root: Outer) -> Outer:
    return complete(
        root,
        {
            ("inner", "half"): lambda root: root.size // 2,
            ("inner", "quarter"): lambda root: root.inner.half // 2,
        },
    )


def test_a_computed_default_follows_what_is_written() -> None:
    assert completed(Outer(size=16)).inner == Inner(half=8, quarter=4)


def test_a_promise_sees_those_before_it_kept() -> None:
    assert completed(Outer(inner=Inner(half=100))).inner.quarter == 50


def test_a_written_value_is_not_computed_again() -> None:
    assert completed(Outer(inner=Inner(half=1, quarter=7))).inner == Inner(half=1, quarter=7)


def test_completing_changes_nothing_that_was_there() -> None:
    before = Outer()
    completed(before)
    assert isinstance(before.inner.half, Promise)


def test_a_computed_value_does_not_count_as_written() -> None:
    assert completed(Outer(inner=Inner(half=1))).inner.model_fields_set == {"half"}


def test_sections_are_frozen_and_refuse_unknown_keys() -> None:
    with pytest.raises(AttributeError, match="Outer never changes"):
        Outer().size = 3
    with pytest.raises(AttributeError, match="Outer never changes"):
        del Outer().size
    with pytest.raises(ValidationError):
        Outer(Size=3)


def _settings(model: type[Section], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Setting]]:
    for name, declared in setting_types(model).items():
        # A section that may be left out: `Backup | None`.
        kind = get_args(declared)[0] if isinstance(declared, UnionType) else declared
        if isinstance(kind, type) and issubclass(kind, Section):
            yield from _settings(kind, (*path, name))
        else:
            yield (*path, name), model.settings[name]


ALL = dict(_settings(Profile))


@pytest.mark.parametrize("path", ALL, ids=".".join)
def test_every_setting_of_a_profile_is_described(path: tuple[str, ...]) -> None:
    assert ALL[path].description.endswith(".")


@pytest.mark.parametrize("path", ALL, ids=".".join)
def test_every_default_that_says_something_has_a_reason(path: tuple[str, ...]) -> None:
    declared = ALL[path]
    if not declared.required and declared.default not in (None, (), {}):
        assert declared.why


def test_every_computed_setting_has_its_row_and_no_other() -> None:
    computed_ = [path for path, declared in ALL.items() if declared.computed]
    assert sorted(computed_) == sorted(DEFAULTS)


def test_every_computed_default_is_a_value_that_a_user_may_write() -> None:
    profile = profile_from(source_from_text("profile.yaml", "name: redis\nnamespace: shop\n"))
    written = profile.plain(without_none=True)
    assert validated(written) == profile
