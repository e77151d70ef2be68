"""Setting: how a section of the profile is declared: typed, frozen, every default with its reason and its source.

A default that depends on other settings is *computed*: it stands as a promise until `complete` has the whole profile.
What must not come in: which settings there are.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

if TYPE_CHECKING:
    from collections.abc import Callable

P = TypeVar("P", bound=BaseModel)


class Section(BaseModel):
    """A mapping of the profile: keys in camelCase, unknown keys refused, values frozen."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        alias_generator=to_camel,
        # The profile's validator holds those of its sections: building each alone as well took 30 ms of each start.
        defer_build=True,
    )


class Promise:
    """Stands where a computed default will stand once the whole profile is known."""

    __slots__ = ("decide",)

    def __init__(self, decide: Callable[[Any], Any]) -> None:
        """``decide`` answers from the whole profile."""
        self.decide = decide


def setting(default: Any, description: str, *, why: str = "", source: str = "", **bounds: Any) -> Any:
    """A setting with a fixed default; ``...`` means that the user must say it.

    ``why`` is the reason of the default, ``source`` where the figure comes from; both reach `show` and the reference.
    """
    return Field(default, description=description, json_schema_extra=_origin(why, source), **bounds)


def section(factory: type[Section], description: str) -> Any:
    """A section that may be left out: all its defaults then hold."""
    # Defaults are right as they are declared: calling the section would first build a validator for it alone. Sections
    # are frozen, so all profiles of a run may share one.
    return Field(default_factory=functools.cache(factory.model_construct), description=description)


def computed(
    decide: Callable[[Any], Any], description: str, *, why: str, source: str = "", **bounds: Any
) -> Any:
    """A setting whose default follows from others: ``decide`` gets the profile, promises before it kept."""
    promise = Promise(decide)
    extra = {**_origin(why, source), "x-computed": True}
    return Field(default_factory=lambda: promise, description=description, json_schema_extra=extra, **bounds)


def complete(root: P) -> P:
    """``root`` with every promise kept, in the order in which the settings are declared."""
    for path in _promised(type(root)):
        holder: Any = root
        for name in path:
            holder = getattr(holder, name)
        if isinstance(holder, Promise):
            root = _with(root, path, holder.decide(root))
    return root


@functools.cache
def _promised(model: type[BaseModel]) -> tuple[tuple[str, ...], ...]:
    paths: list[tuple[str, ...]] = []
    for name, field in model.model_fields.items():
        extra = field.json_schema_extra
        if isinstance(extra, dict) and extra.get("x-computed"):
            paths.append((name,))
        elif isinstance(field.annotation, type) and issubclass(field.annotation, Section):
            paths += [(name, *rest) for rest in _promised(field.annotation)]
    return tuple(paths)


def _with(model: Any, path: tuple[str, ...], value: object) -> Any:
    name, *rest = path
    if rest:
        value = _with(getattr(model, name), tuple(rest), value)
    # model_copy would also call it a value that the user set.
    copy = model.model_copy()
    copy.__dict__[name] = value
    return copy


def _origin(why: str, source: str) -> dict[str, Any]:
    return {key: text for key, text in (("x-why", why), ("x-source", source)) if text}
