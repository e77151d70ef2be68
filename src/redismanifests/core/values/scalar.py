"""Scalar: a value that a profile writes as one word (512Mi, 5s, redis:7) and that pydantic reads as a field.

One place for the two hooks that pydantic asks a type for.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Self

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic_core import CoreSchema


class Refusal(ValueError):
    """Why a value is refused, and what to write in its place.

    A type does not know the setting that it is the type of, so a report keeps of ``values`` what the setting takes.
    """

    def __init__(self, fact: str, fix: str, *values: str) -> None:
        """``fix`` has ``{}`` where ``values`` belong; without it all of them are in its text, as ends of a range."""
        self.fact, self.fix, self.values = fact, fix, values
        super().__init__(f"{fact}: {self.with_values(values)}")

    def with_values(self, values: Sequence[str]) -> str:
        """The fix that names ``values`` alone."""
        return self.fix.replace("{}", listed(values, "or"))


class Scalar:
    """A frozen value of one word: ``read`` makes it from what YAML gave, ``str()`` prints it canonically.

    Not a dataclass: building one costs a millisecond of every start. A subclass names its fields in
    ``__slots__`` and in its constructor, which sets them past `__setattr__`.
    """

    __slots__: tuple[str, ...] = ()

    json_schema: ClassVar[dict[str, object]]
    """What an editor may offer and refuse while the user types."""

    @classmethod
    def read(cls, value: object) -> Self:
        """The value of a scalar from YAML; ValueError with a text for a person."""
        raise AssertionError(f"{cls.__name__} does not say how it is read")

    def __setattr__(self, name: str, value: object) -> None:
        """Refused: values are frozen."""
        raise AttributeError(f"a {type(self).__name__} never changes; make another one")

    def __delattr__(self, name: str) -> None:
        """Refused: values are frozen."""
        raise AttributeError(f"a {type(self).__name__} never changes; make another one")

    def __reduce__(self) -> tuple[partial[Self], tuple[()]]:
        """Copied and pickled through the constructor."""
        return partial(type(self), **dict(zip(self.__slots__, self._fields(), strict=True))), ()

    def __eq__(self, other: object) -> bool:
        """Field by field."""
        return self._fields() == other._fields() if isinstance(other, type(self)) else NotImplemented

    def __hash__(self) -> int:
        """By the fields."""
        return hash(self._fields())

    def __repr__(self) -> str:
        """For a developer: the type and its canonical text."""
        return f"{type(self).__name__}({str(self)!r})"

    def _fields(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in self.__slots__)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Read by ``read``, written by ``str``."""
        # pydantic is not needed to parse a value, only to hold it in a model.
        from pydantic_core import core_schema  # noqa: PLC0415

        return core_schema.no_info_plain_validator_function(
            cls.read, serialization=core_schema.to_string_ser_schema()
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """``json_schema``, a copy."""
        return dict(cls.json_schema)


def listed(words: Sequence[str], joint: str = "and") -> str:
    """``words`` for a sentence: `a`, `a and b`, `a, b and c`; nothing of none."""
    *most, last = words or ("",)
    return f"{', '.join(most)} {joint} {last}" if most else last


def shortened(words: Sequence[str], most: int) -> str:
    """The first ``most`` words for a sentence, and how many more there are."""
    more = f" and {len(words) - most} more" if len(words) > most else ""
    return ", ".join(words[:most]) + more


def kind(value: object) -> str:
    """What a person calls ``value``: for messages about the wrong type."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, (int, float)):
        return "a number"
    names: dict[type, str] = {dict: "a mapping", list: "a list", str: "a string"}
    return names.get(type(value), f"a {type(value).__name__}")
