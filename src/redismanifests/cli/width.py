"""Width: long lines of a text on a terminal are broken between words; what a file or a pipe gets stays as it is."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import click

from redismanifests.core.sources.source import printable

if TYPE_CHECKING:
    from typing import TextIO

_COLUMNS, _LEAST = 80, 30
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_DRAWN = re.compile("[┌└│]|\\+--")
"""A line of a picture cannot be broken."""


def say(text: str, *, err: bool = False) -> None:
    """Print one line that names something from outside; what could steer a terminal becomes a question mark."""
    click.echo(printable(text), err=err)


def columns(stream: TextIO) -> int | None:
    """Columns of the terminal behind ``stream``; None where there is none."""
    if not stream.isatty():
        return None
    # A terminal that does not know its size says 0.
    return max(os.get_terminal_size(stream.fileno()).columns or _COLUMNS, _LEAST)


def fitted(text: str, stream: TextIO) -> str:
    """``text`` in lines that the terminal behind ``stream`` holds, as far as its words are not longer."""
    most = columns(stream)
    if most is None:
        return text
    return "".join(f"{part}\n" for line in text.splitlines() for part in broken(line, most))


def broken(line: str, most: int) -> list[str]:
    """``line`` in parts of at most ``most`` columns; those after the first begin where its last column does."""
    plain = _COLOURS.sub("", line)
    if len(plain) <= most or _DRAWN.search(plain):
        return [line]
    margin = len(plain) - len(plain.lstrip(" "))
    last = [match.end() for match in re.finditer(r"(?<=\S) {2,}(?=\S)", plain)][-1:]
    indent = last[0] if last and last[0] <= most // 2 else min(margin + 2, most // 4)
    parts = [""]
    for word in re.findall(r" *[^ ]+", line):
        if _COLOURS.sub("", parts[-1]).strip() and len(_COLOURS.sub("", parts[-1] + word)) > most:
            parts.append(" " * indent + word.lstrip(" "))
        else:
            parts[-1] += word
    return parts
