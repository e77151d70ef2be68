"""Validator: what pydantic makes of the declarations of a section: its validator, and its JSON Schema.

Importing pydantic and asking it costs as much as the rest of a render, so a run takes a validator's schema that was
made before (core/built.py), where there is one of exactly these sources.
"""

from __future__ import annotations

import functools
import pickle
import types
from typing import TYPE_CHECKING, Any, get_type_hints

from pydantic_core import SchemaValidator

from redismanifests.core.built import built
from redismanifests.core.pattern import pattern
from redismanifests.core.setting import Section, Setting

if TYPE_CHECKING:
    from pydantic import BaseModel

_SECTIONS: dict[type, type[Section]] = {}
"""Model -> the section that it was made of."""
_TYPES: dict[type, dict[str, Any]] = {}
"""Section -> the types of its settings: what is wrong in a profile asks for them again and again."""
_NOT_VALIDATED = ("metadata", "serialization")
_PROTOCOL = 5
"""Of pickle: the newest one that every Python here knows."""
_ADDRESS = pattern(r":\d+$")


@functools.cache
def validator(section: type[Section]) -> SchemaValidator:
    """The validator of ``section``, of the schema that was made before where there is one."""
    kept = built().get("SCHEMA", b"")
    owner, schema = pickle.loads(kept) if kept else (None, {})
    return SchemaValidator(schema if owner is section else core_schema(section))


def packed(section: type[Section]) -> bytes:
    """The core schema of ``section`` in a form that can be stored in the wheel."""
    return pickle.dumps((section, core_schema(section)), protocol=_PROTOCOL)


def core_schema(section: type[Section]) -> Any:
    """What the validator of ``section`` is made of: plain data, and references to what modules define."""
    made = model(section)  # type: ignore[arg-type] # (mypy takes the hash of instances for that of classes)
    made.model_rebuild()
    return _own(made.__pydantic_core_schema__, {})


@functools.cache
def model(section: type[Section]) -> type[BaseModel]:
    """The pydantic model of these declarations."""
    from pydantic import BaseModel, ConfigDict  # noqa: PLC0415 (a validator that was made before needs none of it)

    # Deferred: the profile's validator holds those of its sections.
    config = ConfigDict(extra="forbid", frozen=True, defer_build=True)
    own = vars(section).get("__annotations__", {})
    declared = {key: each for key, each in section.settings.items() if each.owner is section}
    # Types of an inherited setting are names in the module of its own section.
    bases = tuple(model(each) for each in section.__bases__ if each is not Section) or (BaseModel,)
    body = {
        "__module__": section.__module__,
        "__qualname__": section.__qualname__,
        "__doc__": section.__doc__,
        "__annotations__": {key: own[key] for key in declared},
        "model_config": config,
        **{key: _field(each) for key, each in declared.items()},
    }
    made = types.new_class(section.__name__, bases, exec_body=lambda namespace: namespace.update(body))
    _SECTIONS[made] = section
    return made


def setting_types(section: type[Section]) -> dict[str, Any]:
    """The types of a section's settings by their attributes."""
    if section not in _TYPES:
        hints = get_type_hints(section)
        _TYPES[section] = {key: hints[key] for key in section.settings}
    return _TYPES[section]


def _field(declared: Setting) -> Any:
    from pydantic import Field  # noqa: PLC0415 (as above)

    extra: dict[str, Any] = {
        key: text for key, text in (("x-why", declared.why), ("x-source", declared.source)) if text
    }
    if declared.computed:
        extra["x-computed"] = True
    default: dict[str, Any] = (
        {"default": declared.default}
        if declared.section is None and not declared.computed
        else {"default_factory": declared.value}
    )
    if isinstance(declared.default, tuple) and any(isinstance(item, Section) for item in declared.default):
        # pydantic cannot write a class that is none of its own.
        default = {"default_factory": declared.value}
        extra["default"] = [item.plain() for item in declared.default]
    return Field(
        **default,
        alias=declared.alias,
        description=declared.description,
        examples=declared.examples,
        json_schema_extra=extra or None,
        **dict[str, Any](declared.bounds),
    )


def _own(schema: Any, names: dict[str, str]) -> Any:
    """``schema`` with our classes in the place of the models, and no address of this process in it."""
    if isinstance(schema, list):
        return [_own(item, names) for item in schema]
    if not isinstance(schema, dict):
        return schema
    own: dict[str, Any] = {}
    for key, value in schema.items():
        if key in ("ref", "schema_ref"):
            own[key] = names.setdefault(value, f"{_ADDRESS.sub('', value)}:{len(names)}")
        elif key == "cls":
            own[key] = _SECTIONS.get(value, value)
        elif key == "fields":
            own[key] = {name: _own(field, names) for name, field in value.items()}
        elif key == "default":
            own[key] = value
        elif key not in _NOT_VALIDATED:
            own[key] = _own(value, names)
    return own
