"""Judge: one parsed object against the schema of its kind, in this process.

A schema becomes a function that checks a value and appends violations; it is compiled when a value first needs it.
Reasons for our own validator: the source uses eight keywords of JSON Schema (`tools/make_schemas.py` stops at a
ninth), and the first 25 objects of a process cost 3.5 ms and 0.8 MiB with it, 12 ms and 10 MiB with
jsonschema-rs, whose errors would need the same words (November 2026; from the second deployment on 0.28 and
0.02 ms). The tests hold it to the verdicts of jsonschema-rs and of kubeconform.

As kubeconform decides: a whole float is an integer, a key is what JSON would write, ``null`` is legal where
the schema lists it and never in an int-or-string or a quantity (two branches of ``oneOf`` would match).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from redismanifests.judge.kubernetes import pool
from redismanifests.judge.kubernetes.custom import CUSTOM
from redismanifests.judge.kubernetes.violation import (
    Violation,
    missing_field,
    not_allowed,
    unknown_field,
    unknown_kind,
    wrong_type,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

Judge = Callable[[object], Sequence[Violation]]
"""Returns the violations of a value, their paths from it on; most values have none."""


def violations(obj: dict[str, Any], version: str) -> list[Violation]:
    """Every violation of the schemas of Kubernetes ``version`` ("1.32") in one object, in the object's order.

    Empty for a kind of an operator (judge/kubernetes/custom.py), whose schema only the cluster has.
    Raises RedismanifestsError for a version without schemas.
    """
    kind, api_version = obj.get("kind"), obj.get("apiVersion")
    if not isinstance(kind, str) or not isinstance(api_version, str):
        return [
            missing_field((), name) if value is None else wrong_type((name,), ("string",), value)
            for name, value in (("apiVersion", api_version), ("kind", kind))
            if not isinstance(value, str)
        ]
    judges = _judges(version)
    name = pool.kinds().get((api_version, kind))
    if (api_version, kind) in CUSTOM:
        return []
    if name is None:
        return [unknown_kind(api_version, kind, pool.kinds())]
    return list(judges.of(name)(obj))


class _Judges:
    """The validators of one version, each compiled when it is first needed: most of a PodSpec never is."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self._made: dict[str, Judge] = {}

    def of(self, name: str) -> Judge:
        if name not in self._made:
            self._made[name] = self._compiled(json.loads(self._texts[name]))
        return self._made[name]

    def _compiled(self, schema: dict[str, Any]) -> Judge:
        if "$ref" in schema:
            return self._reference(schema["$ref"].removeprefix("#/$defs/"))
        if "oneOf" in schema:
            return _one_of(tuple(_types(branch) for branch in schema["oneOf"]))
        if "enum" in schema:
            return _enumeration(tuple(schema["enum"]))
        types = _types(schema)
        if "object" in types:
            return self._object(schema, null="null" in types)
        if "array" in types:
            return _array(self._compiled(schema["items"]), null="null" in types)
        return _scalar(types) if types else _anything

    def _reference(self, name: str) -> Judge:
        made: Judge | None = None

        def judge(value: object) -> Sequence[Violation]:
            # Looked up at the first call: a schema may contain itself, and an unused one is never parsed.
            nonlocal made
            made = made or self.of(name)
            return made(value)

        return judge

    def _object(self, schema: dict[str, Any], *, null: bool) -> Judge:
        if "properties" in schema:
            fields = {name: self._compiled(inner) for name, inner in schema["properties"].items()}
            return _struct(fields, tuple(schema.get("required", ())), null=null)
        values = schema.get("additionalProperties")
        return _mapping(self._compiled(values) if values else _anything, null=null)


@cache
def _judges(version: str) -> _Judges:
    return _Judges(pool.definitions(version))


def _types(schema: dict[str, Any]) -> tuple[str, ...]:
    types = schema.get("type", [])
    return (types,) if isinstance(types, str) else tuple(types)


def _struct(fields: dict[str, Judge], required: tuple[str, ...], *, null: bool) -> Judge:
    def judge(value: object) -> Sequence[Violation]:
        if not isinstance(value, dict):
            return () if value is None and null else (wrong_type((), ("object",), value),)
        found: list[Violation] = []
        for key, inner in value.items():
            field = fields.get(key)
            if field is None:
                found.append(unknown_field((key,), key, fields))
            elif wrong := field(inner):
                found += _below(key, wrong)
        found += [missing_field((), name) for name in required if name not in value]
        return found

    return judge


def _mapping(values: Judge, *, null: bool) -> Judge:
    def judge(value: object) -> Sequence[Violation]:
        if isinstance(value, dict):
            return [
                each
                for key, inner in value.items()
                if (wrong := values(inner))
                for each in _below(key, wrong)
            ]
        return () if value is None and null else (wrong_type((), ("object",), value),)

    return judge


def _array(items: Judge, *, null: bool) -> Judge:
    def judge(value: object) -> Sequence[Violation]:
        if isinstance(value, list):
            return [
                each
                for at, inner in enumerate(value)
                if (wrong := items(inner))
                for each in _below(at, wrong)
            ]
        return () if value is None and null else (wrong_type((), ("array",), value),)

    return judge


def _below(step: str | int, found: Sequence[Violation]) -> Sequence[Violation]:
    return [each._replace(path=(step, *each.path)) for each in found]


def _enumeration(allowed: tuple[object, ...]) -> Judge:
    def judge(value: object) -> Sequence[Violation]:
        return () if value in allowed else (not_allowed((), allowed, value),)

    return judge


def _scalar(types: tuple[str, ...]) -> Judge:
    exact = tuple(_EXACT[each] for each in types if each in _EXACT)
    matches = [_MATCHES[each] for each in types]
    expected = tuple(each for each in types if each != "null")

    def judge(value: object) -> Sequence[Violation]:
        if type(value) in exact or any(match(value) for match in matches):
            return ()
        return (wrong_type((), expected, value),)

    return judge


def _one_of(branches: tuple[tuple[str, ...], ...]) -> Judge:
    expected = tuple(each for types in branches for each in types if each != "null")
    # Most amounts are strings, and one branch takes those.
    text = sum("string" in types for types in branches) == 1

    def judge(value: object) -> Sequence[Violation]:
        if type(value) is str and text:
            return ()
        matching = sum(any(_MATCHES[each](value) for each in types) for types in branches)
        return () if matching == 1 else (wrong_type((), expected, value),)

    return judge


def _anything(_value: object) -> Sequence[Violation]:
    """Accept any value: the schema has no condition."""
    return ()


def _is_number(value: object) -> bool:
    # JSON has neither infinity nor NaN; YAML does.
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


_EXACT: dict[str, type] = {"string": str, "boolean": bool}
"""Types whose values need no further look."""
_MATCHES: dict[str, Callable[[object], bool]] = {
    "null": lambda value: value is None,
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: (
        _is_number(value) and (isinstance(value, int) or (isinstance(value, float) and value.is_integer()))
    ),
    "number": _is_number,
}
