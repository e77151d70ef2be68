"""Directive value: which values a line of redis.conf may have, by engine and version.

The table beside this file was asked of the servers themselves (tools/make_directive_values.py). A version that is not
in it is judged by the newest before it. What has a form of its own (save, bind, notify-keyspace-events) is not judged.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from redismanifests.core.named import NamedTuple
from redismanifests.core.pattern import pattern
from redismanifests.core.sources.source import printable
from redismanifests.profile.formulas.engine import judges

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from redismanifests.core.values.image import Image

_TABLE = Path(__file__).with_name("directive_values.txt")
_INTEGER = pattern(r"0|-?[1-9][0-9]*")
"""string2ll in util.c: no sign but a minus, no blank, no zero in front."""
_MEMORY = pattern(r"([0-9]*)(b|k|kb|m|mb|g|gb)?", re.IGNORECASE)
"""memtoull in util.c: 1k is 1000, 1kb is 1024, and nothing is 0."""
_UNITS = {"": 1, "b": 1, "k": 10**3, "kb": 2**10, "m": 10**6, "mb": 2**20, "g": 10**9, "gb": 2**30}
_LARGEST = 2**63 - 1
_LONGEST_SIZE = 24
"""Characters: longer numbers are no sizes, and Python refuses very long ones."""


def memory_bytes(word: str) -> int | None:
    """Bytes of a size in the form of redis.conf (``64mb``); None if it is none."""
    match = _MEMORY.fullmatch(word) if len(word) < _LONGEST_SIZE else None
    return int(match[1]) * _UNITS[(match[2] or "").lower()] if match and match[1] else None


class Refusal(NamedTuple):
    """Why the server ends at a line, and what to write."""

    fact: str
    fix: str


class _Spec(NamedTuple):
    kind: str
    rest: str
    versions: frozenset[str]
    """Empty: every version that knows the directive."""


@cache
def _table() -> tuple[tuple[str, ...], dict[str, tuple[_Spec, ...]]]:
    _, asked, *lines = _TABLE.read_text(encoding="utf-8").splitlines()
    found: dict[str, tuple[_Spec, ...]] = {}
    for name, spec, *versions in map(str.split, lines):
        kind, _, rest = spec.partition(":")
        found[name] = (*found.get(name, ()), _Spec(kind, rest, frozenset(versions)))
    return tuple(asked.removeprefix("# ").split()), found


def refusal(directive: str, words: Sequence[str], engine: str, image: Image) -> Refusal | None:
    """Why a server of this image ends at the line; None where it takes the line, or nothing is known of it."""
    if not words:
        return Refusal(f"{directive} has no value", "write one after it")
    spec = _spec(directive, engine, image)
    if spec is None:
        return None
    if spec.kind != "flags" and len(words) > 1:
        return Refusal(f"{directive} takes one value, and here are {len(words)}", "write one value")
    expected = _EXPECTED[spec.kind](spec.rest)
    wrong = [word for word in words if not _takes(spec, word)]
    if not wrong:
        return None
    return Refusal(
        f"{directive} takes {expected}, and this is {printable(wrong[0]) or 'empty'}", f"write {expected}"
    )


def _spec(directive: str, engine: str, image: Image) -> _Spec | None:
    asked, table = _table()
    line = judges(engine, image, asked)[0]
    return next((s for s in table.get(directive, ()) if not s.versions or line in s.versions), None)


def _takes(spec: _Spec, word: str) -> bool:
    if spec.kind == "bool":
        return word.lower() in ("yes", "no")
    if spec.kind in ("enum", "flags"):
        return word.lower() in spec.rest.split(",")
    if spec.kind == "word":
        return True
    low, high = (int(bound) for bound in spec.rest.split(":"))
    number = _number(spec.kind, word)
    return number is not None and low <= number <= high


def _number(kind: str, word: str) -> int | None:
    if kind == "percent" and word.endswith("%"):
        share = word[:-1]
        # Kept as a negative number by the server; from 0 to 100.
        return 0 if share.isdigit() and int(share) <= 100 else None
    if kind in ("memory", "percent"):
        match = _MEMORY.fullmatch(word)
        return int(match[1] or 0) * _UNITS[(match[2] or "").lower()] if match else None
    if kind == "octal":
        return int(word or "0", 8) if re.fullmatch("[0-7]*", word) else None
    return int(word) if _INTEGER.fullmatch(word) else None


def _range(rest: str) -> str:
    low, high = (int(bound) for bound in rest.split(":"))
    if high >= _LARGEST:
        return f", {low} or more" if low > -_LARGEST else ""
    return f" from {low} to {high}"


_EXPECTED: dict[str, Callable[[str], str]] = {
    "bool": lambda _: "yes or no",
    "enum": lambda rest: f"one of {rest.replace(',', ', ')}",
    "flags": lambda rest: f"some of {rest.replace(',', ', ')}",
    "word": lambda _: "one word",
    "int": lambda rest: f"a whole number{_range(rest)}",
    "octal": lambda rest: "an octal number such as 755",
    "memory": lambda rest: f"bytes such as 64mb{_range(rest)}",
    "percent": lambda rest: "bytes such as 64mb, or a share such as 50%",
}
