"""Decoded: the objects of a document as an API server reads them, where values are null.

Every reader of objects from outside takes them from `decoded_objects`, so that no other module meets a null which no
API server would store. Kubernetes decodes JSON into Go structures, in which null leaves the zero value: a field that is
null is not set, an entry of a list or of a table is empty (tests/cluster/test_nulls.py asks a real API server).

Source: encoding/json, Unmarshal ("to unmarshal a JSON null"); apimachinery, Quantity.UnmarshalJSON.
Out of scope: whether the objects are legal (judge, shape).
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from redismanifests.judge.kubernetes import pool

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.core.findings import Path

_EMPTY: dict[str, Any] = {"string": "", "integer": 0, "number": 0, "boolean": False}


def decoded_objects(document: object) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Every object of a parsed document, those of a List one by one, each with its path; none if it has another shape.

    Raises ValueError for an entry of a List that is null: kubectl refuses the List.
    """
    if not isinstance(document, dict):
        return
    if not isinstance(items := document.get("items"), list):
        yield (), decoded(document)
        return
    for index, item in enumerate(items):
        if item is None:
            raise ValueError(f"items[{index}] of a List is null, and kubectl refuses that")
        for path, found in decoded_objects(item):
            yield ("items", index, *path), found


def decoded(obj: dict[str, Any]) -> dict[str, Any]:
    """``obj`` without nulls, by the schema of its kind; the same object if it has none."""
    if not _has_null(obj):
        return obj
    version, kind = obj.get("apiVersion"), obj.get("kind")
    known = schema_version(version, kind) if isinstance(version, str) and isinstance(kind, str) else None
    name = pool.kinds()[known, kind] if known is not None and isinstance(kind, str) else None
    made: dict[str, Any] = _without({"$ref": f"#/$defs/{name}"} if name else {}, obj)
    return made


def schema_version(version: str, kind: str) -> str | None:
    """The apiVersion of the schema for an object; for an older or unknown one, the known version of its kind."""
    if (version, kind) in pool.kinds():
        return version
    return next((known for known, name in sorted(pool.kinds()) if name == kind), None)


def _has_null(value: object) -> bool:
    if isinstance(value, dict):
        return any(_has_null(inner) for inner in value.values())
    if isinstance(value, list):
        return any(_has_null(inner) for inner in value)
    return value is None


def _without(schema: dict[str, Any], value: Any) -> Any:
    """``value`` with each null dropped, or replaced by the zero value of its place."""
    schema = _resolved(schema)
    if isinstance(value, dict):
        fields, entries = schema.get("properties", {}), schema.get("additionalProperties")
        if entries:
            return {key: _entry(entries, inner) for key, inner in value.items()}
        return {
            key: _without(fields.get(key, {}), inner) for key, inner in value.items() if inner is not None
        }
    if isinstance(value, list):
        return [_entry(schema.get("items", {}), inner) for inner in value]
    return value


def _entry(schema: dict[str, Any], value: Any) -> Any:
    return _without(schema, value) if value is not None else _zero(_resolved(schema))


def _zero(schema: dict[str, Any]) -> Any:
    """What Go holds where null was decoded; None where the schema does not say what is there."""
    if "oneOf" in schema:
        # A quantity or an int-or-string: both are 0.
        return 0
    types = schema.get("type", ())
    first = types if isinstance(types, str) else next(iter(types), "")
    return {"object": dict, "array": list}[first]() if first in ("object", "array") else _EMPTY.get(first)


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    return _definition(schema["$ref"].removeprefix("#/$defs/")) if "$ref" in schema else schema


@cache
def _definition(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(pool.definitions(pool.supported_versions()[-1])[name])
    return found
