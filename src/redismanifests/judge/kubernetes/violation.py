"""Violation: one place of an object that Kubernetes would refuse, as a message.

Messages are built only for violations, so valid objects cost nothing here.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from redismanifests.core.named import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from redismanifests.core.findings import Path

_FEW = 8
"""Longest list of known fields in a message."""
_LONGEST_VALUE = 40
"""Characters of a value that a message quotes: it identifies the value, it does not repeat a script."""

_UNKNOWN = "unknown field"

_EXPECTED = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "object": "a mapping",
    "string": "a string",
}
"""JSON Schema's types in words for YAML."""


class Violation(NamedTuple):
    """A part of an object that Kubernetes would refuse: path and message."""

    path: Path
    message: str

    def place(self) -> str:
        """The path as kubectl writes one: ``spec.template.spec.containers[0].image``."""
        steps = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path]
        return "".join(steps).removeprefix(".")

    @property
    def unknown(self) -> bool:
        """Whether it is only an unknown field: an API server drops it, a reader ignores it."""
        return self.message.startswith(_UNKNOWN)

    def __str__(self) -> str:
        """Place and message in one line."""
        return f"{self.place()}: {self.message}" if self.path else self.message


def unknown_field(path: Path, name: object, known: Iterable[str]) -> Violation:
    """A field that the schema does not have; the path leads to it."""
    return Violation(path, f'{_UNKNOWN} "{name}"{_suggestion(str(name), sorted(known))}')


def missing_field(path: Path, name: str) -> Violation:
    """A field that the schema requires; the path leads to the mapping that lacks it."""
    return Violation(path, f'missing field "{name}"')


def wrong_type(path: Path, expected: tuple[str, ...], value: object) -> Violation:
    """A value of another type than the schema's; the message has the fix if quotes are the cause."""
    wanted = " or ".join(_EXPECTED[each] for each in expected)
    cure = ""
    if "string" in expected and isinstance(value, bool | int | float):
        cure = "; put it in quotes"
    elif "string" not in expected and isinstance(value, str) and _is_scalar(value, expected):
        cure = "; take off the quotes"
    return Violation(path, f"must be {wanted}, not {_described(value)}{cure}")


def not_allowed(path: Path, allowed: tuple[object, ...], value: object) -> Violation:
    """A value outside of the schema's list."""
    wanted = " or ".join(json.dumps(each) for each in allowed)
    return Violation(path, f"must be {wanted}, not {_described(value)}")


def unknown_kind(api_version: str, kind: str, known: Iterable[tuple[str, str]]) -> Violation:
    """An apiVersion and kind without a schema, or a kind with a wrong apiVersion."""
    by_kind = {name: version for version, name in known}
    if kind in by_kind:
        return Violation(("apiVersion",), f'a {kind} has apiVersion "{by_kind[kind]}", not "{api_version}"')
    return Violation(("kind",), f'no schema for kind "{kind}"{_suggestion(kind, sorted(by_kind))}')


def _suggestion(name: str, known: list[str]) -> str:
    # Imported here: difflib costs a millisecond, and valid objects do not need it.
    from difflib import get_close_matches  # noqa: PLC0415

    by_folded = {each.lower(): each for each in known}
    if close := get_close_matches(name.lower(), by_folded, n=1):
        return f', did you mean "{by_folded[close[0]]}"?'
    return f"; known here: {', '.join(known)}" if 0 < len(known) <= _FEW else ""


def _is_scalar(text: str, expected: tuple[str, ...]) -> bool:
    if "boolean" in expected:
        return text in {"true", "false"}
    return text.isdecimal() and bool({"integer", "number"} & set(expected))


def _described(value: object) -> str:
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, str):
        shown = value if len(value) <= _LONGEST_VALUE else f"{value[:_LONGEST_VALUE]}…"
        return f"the string {json.dumps(shown, ensure_ascii=False)}"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    return f"a value of type {type(value).__name__}"
