"""Setting: declares a section of the profile: typed, frozen, every default with its reason and its source.

A default that depends on other settings is *computed*: `PROMISE` takes its place until `complete` knows the profile.

Sections are plain classes. pydantic makes their validator of these declarations (core/validator.py) when the package
is built, so that a run need not import it.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, ClassVar, Self, TypedDict, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Unpack

    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema

T = TypeVar("T")

Attributes = tuple[str, ...]
"""The way from a profile to a setting: ``("redis", "resources", "limits", "memory")``."""


class Setting:
    """What is declared of one key of a section."""

    __slots__ = (
        "alias",
        "bounds",
        "computed",
        "default",
        "description",
        "examples",
        "key",
        "owner",
        "section",
        "source",
        "why",
    )

    def __init__(
        self,
        default: object,
        description: str,
        *,
        section: type[Section] | None = None,
        computed: bool = False,
        why: str = "",
        source: str = "",
        alias: str = "",
        examples: list[object] | None = None,
        bounds: Mapping[str, object] | None = None,
    ) -> None:
        """``section``: whose defaults hold; ``computed``: whether the default follows from other settings."""
        self.default, self.section, self.computed, self.description = default, section, computed, description
        self.why, self.source, self.alias, self.examples = why, source, alias, examples
        self.bounds = bounds or {}
        self.owner: type[Section] = Section
        self.key = ""
        """The name of the attribute; ``alias`` is what a profile writes."""

    @property
    def required(self) -> bool:
        """Whether a profile must set it."""
        return self.default is ... and self.section is None and not self.computed

    def value(self) -> object:
        """What holds where it is not set: the default, the section with all its defaults, or `PROMISE`."""
        if self.computed:
            return PROMISE
        # Sections are frozen, so all profiles of a run may share one.
        return self.default if self.section is None else _defaults(self.section)  # type: ignore[arg-type]

    def __reduce__(self) -> tuple[Callable[..., Setting], tuple[type[Section], str]]:
        """Pickled by its place."""
        return _declared, (self.owner, self.key)


def _declared(owner: type[Section], key: str) -> Setting:
    return owner.settings[key]


class Section:
    """A mapping of the profile: keys in camelCase, unknown keys refused, values frozen.

    Methods are named as in pydantic, whose core fills the instances.
    """

    __slots__ = ("__dict__", "__pydantic_extra__", "__pydantic_fields_set__", "__pydantic_private__")

    settings: ClassVar[dict[str, Setting]] = {}
    """Every setting by its attribute, in the order in which they are declared."""

    def __init_subclass__(cls) -> None:
        """Take the declarations out of the class: an instance has values in their place."""
        own = {key: value for key, value in vars(cls).items() if isinstance(value, Setting)}
        for key, value in own.items():
            value.owner, value.key, value.alias = cls, key, value.alias or _camel(key)
            delattr(cls, key)
        cls.settings = {**cls.settings, **own}

    def __init__(self, **values: object) -> None:
        """A section of ``values`` by their keys in a profile; raises pydantic's ValidationError."""
        from redismanifests.core.validator import validator  # noqa: PLC0415 (as above)

        validator(type(self)).validate_python(values, self_instance=self)  # type: ignore[arg-type]

    @classmethod
    def model_construct(cls, **values: object) -> Self:
        """A section of ``values`` by their attributes, not validated; defaults for all others."""
        given = {key: values[key] if key in values else each.value() for key, each in cls.settings.items()}
        return _filled(cls, given, set(values))

    def model_copy(self, *, update: Mapping[str, object] | None = None) -> Self:
        """This section with ``update``, which then counts as set."""
        changes = update or {}
        return _filled(type(self), {**self.__dict__, **changes}, {*self.model_fields_set, *changes})

    @property
    def model_fields_set(self) -> set[str]:
        """The attributes that the profile sets."""
        found: set[str] = self.__pydantic_fields_set__  # type: ignore[attr-defined]
        return found

    def plain(self, *, without_none: bool = False) -> dict[str, object]:
        """What a profile with every default would write, as data of JSON."""
        values = ((each.alias, getattr(self, key)) for key, each in self.settings.items())
        return {
            key: _plain(value, without_none) for key, value in values if value is not None or not without_none
        }

    def __setattr__(self, name: str, value: object) -> None:
        """Refused: values are frozen."""
        raise AttributeError(f"a {type(self).__name__} never changes; make another one")

    def __delattr__(self, name: str) -> None:
        """Refused: values are frozen."""
        raise AttributeError(f"a {type(self).__name__} never changes; make another one")

    def __eq__(self, other: object) -> bool:
        """Value by value; what was set does not matter."""
        return type(self) is type(other) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        """By the values."""
        return hash((type(self), *self.__dict__.values()))

    def __repr__(self) -> str:
        """For a developer."""
        return (
            f"{type(self).__name__}({', '.join(f'{key}={value!r}' for key, value in self.__dict__.items())})"
        )

    def __reduce__(self) -> tuple[Callable[..., Section], tuple[type[Section], dict[str, object], set[str]]]:
        """Pickled value by value."""
        return _filled, (type(self), self.__dict__, self.model_fields_set)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """That of the model which pydantic makes of these declarations."""
        from redismanifests.core.validator import model  # noqa: PLC0415 (as above)

        return handler.generate_schema(model(cls))  # type: ignore[arg-type]


S = TypeVar("S", bound=Section)


def _filled(section: type[S], values: dict[str, object], written: set[str]) -> S:
    made = section.__new__(section)
    object.__setattr__(made, "__dict__", values)
    object.__setattr__(made, "__pydantic_fields_set__", written)
    return made


@functools.cache
def _defaults(section: type[Section]) -> Section:
    return section.model_construct()


def _plain(value: object, without_none: bool) -> object:
    if isinstance(value, Section):
        return value.plain(without_none=without_none)
    if isinstance(value, (list, tuple)):
        return [_plain(item, without_none) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item, without_none) for key, item in value.items()}
    return value if value is None or type(value) in (bool, int, float, str) else str(value)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


class Promise:
    """The type of `PROMISE`."""


PROMISE = Promise()
"""Placeholder of a computed default until the whole profile is known."""


class Bounds(TypedDict, total=False):
    """What a value must be beside its type."""

    ge: int
    le: int
    min_length: int
    max_length: int


def setting(
    default: T,
    description: str,
    *,
    why: str = "",
    source: str = "",
    alias: str = "",
    examples: list[object] | None = None,
    **bounds: Unpack[Bounds],
) -> T:
    """A setting with a fixed default.

    ``why`` is the reason of the default, ``source`` where the figure comes from; both reach `show` and docs/profile.md.
    """
    declared = Setting(
        default, description, why=why, source=source, alias=alias, examples=examples, bounds=bounds
    )
    return cast("T", declared)


def required(
    description: str, *, alias: str = "", examples: list[object] | None = None, **bounds: Unpack[Bounds]
) -> T:  # type: ignore[type-var] # the type of the field
    """A setting that the user must write."""
    return cast("T", Setting(..., description, alias=alias, examples=examples, bounds=bounds))


def section(factory: type[S], description: str) -> S:
    """A section that may be left out: all its defaults then hold."""
    return cast("S", Setting(..., description, section=factory))


def computed(description: str, *, why: str, source: str = "", **bounds: Unpack[Bounds]) -> T:  # type: ignore[type-var] # the type of the field
    """A setting whose default follows from others, as the table given to `complete` says."""
    return cast("T", Setting(..., description, computed=True, why=why, source=source, bounds=bounds))


def complete(root: S, defaults: Mapping[Attributes, Callable[[S], object]]) -> S:
    """``root`` with every promise kept, in the order of ``defaults``, each from what is known by then."""
    for path, decide in defaults.items():
        if isinstance(_value_at(root, path), Promise):
            root = with_value(root, path, decide(root))
    return root


def _value_at(root: Section, path: Attributes) -> object:
    """What is at ``path``; None below a section that is not set."""
    found: object = root
    for name in path:
        found = None if found is None else getattr(found, name)
    return found


def with_value(section: S, path: Attributes, value: object) -> S:
    """``section`` with ``value`` at ``path``, which does not count as set by the user."""
    name, *rest = path
    if rest:
        value = with_value(getattr(section, name), tuple(rest), value)
    return _filled(type(section), {**section.__dict__, name: value}, section.model_fields_set)
