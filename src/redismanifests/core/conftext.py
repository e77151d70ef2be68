"""Conftext: one value as text of redis.conf, sentinel.conf or a shell script.

Each language has its own quoting, as YAML has (core/yamltext.py): every hole of a template in that language passes
through its function. What must not come in: which lines there are.
"""

from __future__ import annotations

import re

_BARE = re.compile(r"[A-Za-z0-9_./:@%+,=*-]+")
_LINE = re.compile(r"[A-Za-z][A-Za-z0-9-]*( [ -~]*)?")
_ARGUMENT = r"""(?>[^\s"']|"(?>\\.|[^"\\])*+"(?=\s|$)|'(?>\\'|[^'])*+'(?=\s|$))++"""
_ARGUMENTS = re.compile(rf"{_ARGUMENT}(?:\s+{_ARGUMENT})*\s*")
_EACH_ARGUMENT = re.compile(_ARGUMENT)
"""As sdssplitargs in sds.c takes a line apart: a quote is closed, and a blank or the end follows it."""


class ConfLine(str):
    """A whole line of redis.conf that was checked by `conf_line`: printed as it is."""

    __slots__ = ()


def conf_line(text: str) -> str:
    """``text`` as one line of redis.conf; raises ValueError where it could be more than one, or none."""
    if not _LINE.fullmatch(text):
        raise ValueError(
            "this is not one line of redis.conf in ASCII: write one directive, such as lazyfree-lazy-eviction yes"
        )
    if not _ARGUMENTS.fullmatch(text):
        raise ValueError(
            "a quote is not closed, or something follows it: close it, and write a blank after it"
        )
    return text.rstrip()


def arguments(line: str) -> tuple[str, ...]:
    """The words of a line that `conf_line` accepts, without the quotes around them."""
    return tuple(word[1:-1] if word[0] in "\"'" else word for word in _EACH_ARGUMENT.findall(line))


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
            raise ValueError(f"redis.conf cannot hold this text: {value!r}")
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    raise TypeError(f"a template prints scalars, not {type(value).__name__}")


def shell(value: object) -> str:
    """``value`` as one word of a POSIX shell script, always in single quotes."""
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise TypeError(f"a script's setting is a number or a text, not {type(value).__name__}")
    text = str(value)
    if "\0" in text or "\n" in text:
        raise ValueError(f"a script's setting stays on one line: {text!r}")
    return "'" + text.replace("'", "'\\''") + "'"
