"""`core.named.NamedTuple` is that of typing, built in less time."""

from __future__ import annotations

import copy
import pickle
import re
import typing
from pathlib import Path
from typing import Generic, TypeVar

import pytest

from redismanifests.core.named import NamedTuple

T = TypeVar("T")
SOURCES = Path(__file__).parents[2] / "src" / "redismanifests"
NOT_IN_A_RENDER = "prove"


class Theirs(typing.NamedTuple):
    """As Python builds it."""

    name: str
    number: int = 3
    items: tuple[str, ...] = ()

    def twice(self) -> int:
        """A method."""
        return self.number * 2


class Ours(NamedTuple):
    """As it is built here."""

    name: str
    number: int = 3
    items: tuple[str, ...] = ()

    def twice(self) -> int:
        """A method."""
        return self.number * 2


class Boxed(NamedTuple, Generic[T]):
    """One with a parameter."""

    content: T


def test_a_value_behaves_as_one_of_typing() -> None:
    ours, theirs = Ours("a", items=("b",)), Theirs("a", items=("b",))
    assert tuple(ours) == theirs
    assert (hash(ours), [*ours], ours[-1]) == (hash(theirs), [*theirs], theirs[-1])
    assert (ours.name, ours.number, ours.items, ours.twice()) == ("a", 3, ("b",), 6)
    assert repr(ours) == repr(theirs).replace("Theirs", "Ours")
    assert ours._asdict() == theirs._asdict()
    assert (Ours._fields, Ours._field_defaults) == (Theirs._fields, Theirs._field_defaults)
    assert Ours._make(("x", 1, ())) == ("x", 1, ())
    assert ours < Ours("b")
    match ours:
        case Ours(name, 3, (item,)):
            assert (name, item) == ("a", "b")
        case _:
            pytest.fail("not matched by position")


def test_a_value_is_replaced_copied_and_pickled() -> None:
    ours = Ours("a")
    assert ours._replace(number=4) == Ours("a", 4)
    assert type(ours._replace(number=4)) is Ours
    for again in (copy.copy(ours), copy.deepcopy(ours), pickle.loads(pickle.dumps(ours))):
        assert again == ours
        assert type(again) is Ours


def test_a_value_is_frozen_and_has_no_other_attributes() -> None:
    for key in ("name", "other"):
        with pytest.raises(AttributeError):
            setattr(Ours("a"), key, "b")


@pytest.mark.parametrize(
    "made", [lambda kind: kind(), lambda kind: kind("a", other=1), lambda kind: kind(*"abcd")]
)
def test_wrong_arguments_raise_what_typing_raises(made: typing.Callable[[object], object]) -> None:
    said = []
    for kind in (Ours, Theirs):
        with pytest.raises(TypeError) as raised:
            made(kind)
        said.append(re.sub(r"\w+\.__new__|<lambda>", "", str(raised.value)))
    assert said[0] == said[1]
    with pytest.raises(ValueError, match="other"):
        Ours("a")._replace(other=1)  # type: ignore[call-arg]


def test_a_class_may_have_a_parameter_and_be_inherited_from() -> None:
    assert Boxed(1).content == 1
    assert Boxed[int](1) == (1,)

    class Inherited(Ours):
        __slots__ = ()

    assert type(Inherited("a")) is Inherited
    assert type(Ours("a")) is Ours


def test_no_class_that_a_render_needs_is_built_by_typing() -> None:
    imported = re.compile(r"^ *from typing import .*\bNamedTuple\b", re.MULTILINE)
    areas = [each for each in SOURCES.iterdir() if each.is_dir() and each.name != NOT_IN_A_RENDER]
    found = {str(path) for area in areas for path in area.rglob("*.py") if imported.search(path.read_text())}
    assert found == {str(SOURCES / "core" / "named.py")}
