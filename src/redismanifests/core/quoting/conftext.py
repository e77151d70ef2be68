"""Conftext: one value as an argument of redis.conf or sentinel.conf, or as a word of a shell script.

Every hole of a template passes through the function of its language, as for YAML (quoting/yamltext.py).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from redismanifests.core.pattern import pattern

if TYPE_CHECKING:
    import re

_BARE = pattern(r"[A-Za-z0-9_./:@%+,=*-]+")
_LINE = pattern(r"[A-Za-z][A-Za-z0-9_-]*( [ -~]*)?")
_ARGUMENT = r"""(?>[^\s"']|"(?>\\.|[^"\\])*+"(?=\s|$)|'(?>\\'|[^'])*+'(?=\s|$))++"""
_ARGUMENTS = pattern(rf"{_ARGUMENT}(?:\s+{_ARGUMENT})*\s*")
_EACH_ARGUMENT = pattern(_ARGUMENT)
"""Words as sdssplitargs in sds.c splits a line: a quote is closed, and a blank or the end follows it."""


class ConfLine(str):
    """A complete line of redis.conf that `conf_line` checked: printed unchanged."""

    __slots__ = ()


def conf_line(text: str) -> str:
    """``text`` as one line of redis.conf; raises ValueError if it could be several lines, or none."""
    if not _LINE.fullmatch(text):
        raise ValueError(
            "this is not one line of redis.conf in ASCII: write one directive, such as lazyfree-lazy-eviction yes"
        )
    if not _ARGUMENTS.fullmatch(text):
        raise ValueError(
            "a quote is not closed, or something follows it: close it, and write a blank after it"
        )
    return text.rstrip()


@lru_cache(maxsize=64)  # several rules ask it of each line
def arguments(line: str) -> tuple[str, ...]:
    """The words of a line that `conf_line` accepts, as the server reads them: without quotes, escapes decoded."""
    return tuple(_QUOTED.sub(_decoded, word) for word in _EACH_ARGUMENT.findall(line))


_QUOTED = pattern(r"""\"((?:\\.|[^\"\\])*)\"|'((?:\\'|[^'])*)'""")
_ESCAPE = pattern(r"\\(x[0-9a-fA-F]{2}|.)")
_CONTROL = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "a": "\a"}


def _decoded(quoted: re.Match[str]) -> str:
    """The content of a quoted word, as sdssplitargs in sds.c decodes it."""
    if quoted[1] is None:
        return quoted[2].replace("\\'", "'")
    return _ESCAPE.sub(_unescaped, quoted[1])


def _unescaped(escape: re.Match[str]) -> str:
    return chr(int(escape[1][1:], 16)) if len(escape[1]) == 3 else _CONTROL.get(escape[1], escape[1])


def conf(value: object) -> str:
    """``value`` as one argument of a redis.conf directive (quoting of sdssplitargs in sds.c)."""
    if isinstance(value, ConfLine):
        return str(value)
    if value is True or value is False:
        return "yes" if value else "no"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        if _BARE.fullmatch(value):
            return value
        if any(ord(c) < 0x20 for c in value):
            raise ValueError(f"redis.conf cannot contain this string: {value!r}")
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    raise TypeError(f"a template prints scalars, not {type(value).__name__}")


def shell(value: object) -> str:
    """``value`` as one word of a POSIX shell script, always in single quotes."""
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise TypeError(f"a script's setting is a number or a string, not {type(value).__name__}")
    text = str(value)
    if "\0" in text or "\n" in text:
        raise ValueError(f"a script's setting stays on one line: {text!r}")
    return "'" + text.replace("'", "'\\''") + "'"
