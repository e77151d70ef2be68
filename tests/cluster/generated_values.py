"""Generated values: profiles that set a few settings to values near a bound, from a seed and the published schema.

Every setting of the schema is drawn from, so that a new one is tried without a word here. Out of scope: which of them
`check` should accept.
"""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from deployment import TOP

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from random import Random

Schema = dict[str, Any]

_SCHEMA: Schema = json.loads((TOP / "profiles" / "redismanifests.schema.json").read_text("utf-8"))
GIVEN = ("name", "namespace", "kubernetesVersion", "schemaVersion", "limits", "waivers", "requirements")
"""What belongs to the test, or is never rendered."""

QUANTITIES = (
    *(
        "1",
        "1m",
        "100m",
        "0.1",
        ".5",
        "1.5",
        "2",
        "100n",
        "1u",
        "1e3",
        "1e-3",
        "1Ki",
        "12345678901",
        "1.5Gi",
        "3Gi",
    ),
    *(
        "100Gi",
        "1Ti",
        "1Pi",
        "7Ei",
        "8Ei",
        "9E",
        "9223372036854775807",
        "9223372036854775808",
        "1e18",
        "1e30",
    ),
    *(1, 0.25, 4294967296, 10**19, "16Mi", "0.5Gi", "512Mi", "1G", "262144Ki", "-1", "0"),
)
DURATIONS = (
    *(
        "1s",
        "2s",
        "5s",
        "1m",
        "1m30s",
        "2m",
        "1h",
        "24h",
        "1500ms",
        "0.5s",
        "1ms",
        "1ns",
        "0",
        "90s",
        "100000s",
    ),
    *(
        "2147483s",
        "2147483647ms",
        "2147483647s",
        "2147483648s",
        "3000000000s",
        "596524h",
        "2562047h",
        "9999999h",
    ),
)
EDGES = (
    0,
    1,
    2,
    3,
    2**15,
    2**16 - 1,
    2**31 - 1,
    2**31,
    2**32 - 1,
    3_000_000_000,
    2**63 - 1,
    2**63,
    10**30,
    -1,
)
BEYOND = (2**31 - 1, 2**31, 3_000_000_000)
"""Around the greatest int32: a server-side apply once stored the last one as -1294967296."""
LETTERS = "abcxyz019"
WORDS = (
    "a",
    "null",
    "1e3",
    "0444",
    "yes",
    "a-b",
    "a.b",
    "0x1f",
    "1_000",
    "z9",
    "~",
    "on",
    "1.0",
    "2026-11-29",
)
LABEL_VALUES = ("", "a", "yes", "1e3", "0444", "a" * 63, "a" * 64, "A_b.c-9", "a b", "-a", "null", "1.10")
TEXTS = (
    *LABEL_VALUES,
    "a: b",
    "#",
    " a ",
    "line\nline",
    "tab\t",
    "é",
    "{{ x }}",
    "${x}",
    "'",
    '"',
    "a" * 70_000,
)
LABEL_KEYS = (
    "a",
    "a/b",
    "x.example.com/y",
    "a" * 63,
    "a" * 64,
    f"{'a' * 63}.b/c",
    "A_b.c-9",
    "app",
    "a b",
    "a/b/c",
)
BASES: tuple[dict[str, Any], ...] = (
    {},
    {"namespaceObjects": {"namespace": True}, "engine": "valkey"},
    {
        "addressing": {"mode": "hostname"},
        "auth": {"mode": "acl", "users": [{"name": "shop", "keys": ["shop:*"], "commands": ["+@read"]}]},
        "tls": {"enabled": True, "certManager": {"issuer": {"name": "ca"}}},
        "networkPolicy": {"enabled": True, "clients": [{"podLabels": {"app": "shop"}}]},
    },
)
"""Sections that render nothing are turned on in one of them."""


class Setting(NamedTuple):
    """A setting of the schema that is no section."""

    path: tuple[str, ...]
    schema: Schema


def _resolved(schema: Schema) -> Schema:
    return _SCHEMA["$defs"][schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema


def _settings(schema: Schema, path: tuple[str, ...]) -> Iterator[Setting]:
    for key, inner in schema["properties"].items():
        found = _resolved(inner)
        if not path and key in GIVEN:
            continue
        if "properties" in found:
            yield from _settings(found, (*path, key))
        else:
            yield Setting((*path, key), inner)


SETTINGS = tuple(_settings(_SCHEMA, ()))


def _text(random: Random, schema: Schema) -> str:
    """What a pattern might match: edges of lengths, and words that YAML might take for something else."""
    longest = schema.get("maxLength", 63)
    many = random.choice((1, 2, longest - 1, longest, longest + 1))
    return random.choice(
        (*WORDS, "".join(random.choices(LETTERS, k=max(1, min(many, 300)))), "x" * min(many, 300))
    )


def _whole(random: Random, schema: Schema) -> int:
    low, high = schema.get("minimum", 0), schema.get("maximum", 2**31 - 1)
    inside = random.randint(low, high)
    edges = random.choices(EDGES, k=3)
    return random.choice((low, high, inside, inside, low - 1, high + 1, *edges))


def _mapping(random: Random, schema: Schema) -> dict[str, Any]:
    if "properties" not in schema:
        return {random.choice(LABEL_KEYS): random.choice(TEXTS) for _ in range(random.randint(1, 2))}
    wanted = schema.get("required", [])
    keys = [key for key in schema["properties"] if key in wanted or random.random() < 0.5]
    return {key: _value(random, schema["properties"][key]) for key in keys}


def _list(random: Random, schema: Schema) -> list[Any]:
    return [_value(random, schema.get("items", {})) for _ in range(random.choice((0, 1, 1, 2)))]


_BY_TYPE: dict[str, Callable[[Random, Schema], Any]] = {
    "null": lambda _random, _schema: None,
    "boolean": lambda random, _schema: random.random() < 0.5,
    "integer": _whole,
    "array": _list,
    "object": _mapping,
}


def _value(random: Random, schema: Schema) -> Any:
    schema = _resolved(schema)
    options = [_resolved(each) for each in schema.get("anyOf", ())]
    if any(each.get("type") == "number" for each in options):
        return random.choice(QUANTITIES)
    if options:
        return _value(random, random.choice(options))
    if "enum" in schema or "const" in schema:
        return random.choice(schema.get("enum") or [schema["const"]])
    if "(ns|us|" in schema.get("pattern", ""):
        return random.choice(DURATIONS)
    return _BY_TYPE.get(schema.get("type", ""), _text)(random, schema)


def edges(given: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Every whole number that is a setting, alone, at and beyond the bounds of its types here and there."""
    for path, schema in SETTINGS:
        kinds = [_resolved(each) for each in (schema, *schema.get("anyOf", ()))]
        for kind in kinds:
            if kind.get("type") == "integer":
                for value in (kind.get("maximum", 1), *BEYOND):
                    yield _with(dict(given), path, value)


def _with(made: dict[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    section = made
    for key in path[:-1]:
        section = section.setdefault(key, {})
    section[path[-1]] = value
    return made


def profile(random: Random, given: Mapping[str, Any]) -> dict[str, Any]:
    """A base with one to three settings at values of ours."""
    made = {**given, **copy.deepcopy(random.choice(BASES))}
    for setting in random.sample(SETTINGS, random.choice((1, 1, 2, 3))):
        _with(made, setting.path, _value(random, setting.schema))
    return made
