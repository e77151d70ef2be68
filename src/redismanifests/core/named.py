"""Named: `NamedTuple` as in typing, of which a class takes a tenth of the time to build.

typing compiles the annotation of every field, and collections the constructor of every class. A render builds 150 such
classes and makes values of half of them: that was a tenth of its instructions. Here annotations stay strings, and a
class gets its constructor with its first value, compiled once for each number of fields.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__all__ = ["NamedTuple"]

if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from collections import _tuplegetter
    from functools import cache
    from types import CodeType, FunctionType

    @cache
    def _constructor(count: int) -> CodeType:
        """A constructor of so many fields: compiling is what costs, and the names of the fields alone differ."""
        fields = ", ".join(f"_{number}" for number in range(count))
        return eval(f"lambda _cls, {fields}: _new(_cls, ({fields},))").__code__

    class _Fields(tuple):
        __slots__ = ()

        def __new__(cls, *values: Any, **named: Any) -> Any:
            """The first value of a class: give it a constructor, as collections.namedtuple does, and call it."""
            owner = next(each for each in cls.__mro__ if "_fields" in vars(each))
            code = _constructor(len(owner._fields)).replace(
                co_varnames=("_cls", *owner._fields),
                co_name="__new__",
                co_qualname=f"{owner.__name__}.__new__",
            )
            made = FunctionType(code, {"_new": tuple.__new__}, None, tuple(owner._field_defaults.values()))
            owner.__new__ = staticmethod(made)
            return made(cls, *values, **named)

        @classmethod
        def _make(cls, values: Any) -> Any:
            return cls(*values)

        def _replace(self, /, **changes: Any) -> Any:
            made = self._make(map(changes.pop, self._fields, self))
            if changes:
                raise ValueError(f"Got unexpected field names: {list(changes)!r}")
            return made

        def _asdict(self) -> Any:
            return dict(zip(self._fields, self, strict=True))

        def __repr__(self) -> str:
            each = (f"{key}={value!r}" for key, value in zip(self._fields, self, strict=True))
            return f"{type(self).__name__}({', '.join(each)})"

        def __getnewargs__(self) -> Any:
            return tuple(self)

    class _Building(type):
        def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> type:
            """A class with these fields; only `NamedTuple` itself has no bases."""
            if not bases:
                return super().__new__(cls, name, bases, body)
            fields = tuple(body.get("__annotations__", ()))
            body |= {
                "__slots__": (),
                "__match_args__": fields,
                "_fields": fields,
                "_field_defaults": {key: body[key] for key in fields if key in body},
            }
            body |= {key: _tuplegetter(at, None) for at, key in enumerate(fields)}
            return type(name, tuple(_Fields if each is NamedTuple else each for each in bases), body)

    class NamedTuple(metaclass=_Building):
        """Base of the classes whose annotations are fields."""
