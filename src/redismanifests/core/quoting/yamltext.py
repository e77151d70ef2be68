"""Yamltext: one value as a YAML scalar that YAML 1.1 and 1.2 readers read the same.

This is the autoescape for YAML. Every hole of a YAML template passes through `scalar`, so that no value of a profile
can change the structure.
"""

from __future__ import annotations

import re
from functools import lru_cache

from redismanifests.core.pattern import pattern

_PLAIN = pattern(r"(?:[A-Za-z/]|--[a-z])[A-Za-z0-9_./:@%+=-]*(?<!:)|[0-9]{1,15}(?:m|[KMGTPE]i)")
"""Plain scalars that both versions read as the same string: letters first, or a number with a unit (512Mi, 250m)."""

_WORDS = frozenset(["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"])
"""Plain words that one of the two versions does not read as a string, in any case."""

_NO_YAML = pattern("[\0\ud800-\udfff]")
_NOT_CARRIED = pattern("[\x7f-\x9f]")
_LITERAL = pattern(r"[\n -~]*")
_TRAILING_SPACE = pattern(r"[^\S\n]$", re.MULTILINE)

_ESCAPES = {code: f"\\x{code:02X}" for code in (*range(0x01, 0x20), *range(0x7F, 0xA0))}
_ESCAPES |= {code: f"\\u{code:04X}" for code in (0xFEFF, 0xFFFE, 0xFFFF)}
_ESCAPES |= {ord(c): f"\\{c}" for c in '"\\'}
_ESCAPES |= {code: f"\\{letter}" for code, letter in zip(b"\a\b\t\n\v\f\r\x1b", "abtnvfre", strict=True)}
_ESCAPES |= {0x85: "\\N", 0x2028: "\\L", 0x2029: "\\P"}
"""Spelled as YAML writers spell them, so that a file equals its round trip."""

_INDENT = " " * 4


class Block(str):
    """A string of several lines: printed as a literal block scalar, as a value in ``data:`` of a ConfigMap."""

    __slots__ = ()


def scalar(value: object) -> str:
    """``value`` as a YAML scalar; plain if both versions read it back unchanged, else quoted.

    Raises TypeError for None, mappings, lists and floats: a template prints decided facts, and a float has several
    spellings. Raises ValueError for characters that YAML does not allow (NUL, lone surrogates).
    """
    if isinstance(value, str):
        return _block(value) if isinstance(value, Block) else _word(value)
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    raise TypeError(f"a template prints scalars, not {type(value).__name__}")


def holdable(text: str) -> str:
    """Return ``text``; raises ValueError for characters that YAML does not allow. For fields with any string."""
    if wrong := _NO_YAML.search(text):
        raise ValueError(f"YAML cannot contain the character U+{ord(wrong[0]):04X}: remove it")
    return text


def appliable(text: str) -> str:
    """Return ``text``; raises ValueError if it would not reach the API server unchanged.

    Escaped it is valid YAML, but kubectl writes it again without escapes: U+007F then fails a server-side apply,
    and U+0085 is stored as a blank (seen with Kubernetes 1.32 and 1.37, tests/cluster).
    """
    if wrong := _NOT_CARRIED.search(holdable(text)):
        raise ValueError(f"kubectl does not keep the character U+{ord(wrong[0]):04X} unchanged: remove it")
    return text


def _text(text: str) -> str:
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return f'"{holdable(text).translate(_ESCAPES)}"'


_word = lru_cache(maxsize=1024)(_text)
"""Names and labels are in most objects of a profile."""


@lru_cache(maxsize=64)  # scripts are the same in every profile of a run
def _block(text: str) -> str:
    if (
        # A literal block would need an indentation or a chomping indicator, or is impossible: these are quoted. So is
        # non-ASCII text (our scripts are ASCII), because readers differ about its line ends.
        text[:1] in (" ", "\n")
        or text[-1:] != "\n"
        or text[-2:] == "\n\n"
        or _TRAILING_SPACE.search(text)
        or not _LITERAL.fullmatch(text)
    ):
        return _text(text)
    return "|\n" + "\n".join(_INDENT + line if line else "" for line in text.split("\n")[:-1])
