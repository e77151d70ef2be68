"""Codetext: one value as a literal of the language that an application is written in.

Settings for applications are templates too, and a name of a profile must not break out of its string: every hole passes
through its language's function, as in YAML and redis.conf. What must not come in: which settings there are.
"""

from __future__ import annotations

from math import isfinite


class Comment(str):
    """One line that was checked by `comment`: printed as it is, behind the language's own sign."""

    __slots__ = ()


def comment(text: str) -> Comment:
    """``text`` as the rest of a comment's line; raises ValueError where it could end the comment."""
    if not text.isprintable() or "*/" in text:
        raise ValueError(f"a comment cannot hold this text: {text!r}")
    return Comment(text)


def python(value: object) -> str:
    """``value`` as a literal of Python; a float is a number of seconds."""
    if value is True or value is False:
        return str(value)
    if isinstance(value, float) and isfinite(value):
        return repr(value)
    return _literal(value)


def c_like(value: object) -> str:
    """``value`` as a literal of Java, Go, JavaScript and C#, which agree on all that is printed here."""
    if value is True or value is False:
        return "true" if value else "false"
    return _literal(value)


def _literal(value: object) -> str:
    if isinstance(value, Comment):
        return str(value)
    if isinstance(value, str):
        # Every one of these languages reads UTF-8 and escapes these two signs alike. Escapes by number differ, and Java
        # reads them before it knows what a string is: what would need one is refused.
        if not value.isprintable():
            raise ValueError(f"settings of an application cannot hold this text: {value!r}")
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise TypeError(f"a template prints scalars, not {type(value).__name__}")
