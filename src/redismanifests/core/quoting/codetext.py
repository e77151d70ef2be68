"""Codetext: one value as a literal of an application's programming language.

Settings of applications are templates too, and a name in a profile must not end its string. Every hole passes through
the function of its language, as in YAML and redis.conf.
"""

from __future__ import annotations

from math import isfinite


class Comment(str):
    """One line that `comment` checked: printed unchanged after the language's comment sign."""

    __slots__ = ()


def comment(text: str) -> Comment:
    """``text`` as the rest of a comment's line; raises ValueError if it could end the comment."""
    if not text.isprintable() or "*/" in text:
        raise ValueError(f"a comment cannot contain this string: {text!r}")
    return Comment(text)


def python(value: object) -> str:
    """``value`` as a literal of Python; a float is a number of seconds."""
    if value is True or value is False:
        return str(value)
    if isinstance(value, float) and isfinite(value):
        return repr(value)
    return _literal(value)


def c_like(value: object) -> str:
    """``value`` as a literal of Java, Go, JavaScript and C#; the printed subset is the same in all of them."""
    if value is True or value is False:
        return "true" if value else "false"
    return _literal(value)


def _literal(value: object) -> str:
    if isinstance(value, Comment):
        return str(value)
    if isinstance(value, str):
        # All these languages read UTF-8 and escape these two characters equally. Numeric escapes differ, and Java reads
        # them before it parses strings: a character that needs one is refused.
        if not value.isprintable():
            raise ValueError(f"settings of an application cannot contain this string: {value!r}")
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise TypeError(f"a template prints scalars, not {type(value).__name__}")
