"""Diff: compares two sets of files line by line.

Why it exists: ``render --check`` and ``redismanifests diff`` show what a run would change, as ``git diff``
would, and ``git apply`` takes it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from redismanifests.core.sources.source import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_NOWHERE = "/dev/null"
_NO_NEWLINE = "\\ No newline at end of file"
_COLOURS = {"---": "1", "+++": "1", "@": "36", "+": "32", "-": "31", "\\": "2"}
"""SGR numbers as git uses them, by how a line begins; the longer ones first."""


def unified(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> str:
    """The difference as a unified diff, file by file in order of name; empty if there is none."""
    return "".join(
        line
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
        for line in _file(name, old.get(name), new.get(name))
    )


def statistics(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> str:
    """Each file that differs, with the number of lines that are added and removed; empty if there is none."""
    rows = []
    for name in sorted({*old, *new}):
        if old.get(name) == new.get(name):
            continue
        lines = [*_file(name, old.get(name), new.get(name))][2:]
        counts = [sum(line.startswith(sign) for line in lines) for sign in "+-"]
        rows.append(f"{printable(name)}  +{counts[0]} -{counts[1]}\n")
    return "".join(rows)


def coloured(diff: str) -> str:
    """A unified diff for a terminal: coloured, without characters that steer it. In a pipe a diff is an exact patch."""
    return "".join(_coloured_line(_shown(line)) for line in _lines(diff))


def _file(name: str, old: bytes | None, new: bytes | None) -> Iterator[str]:
    was = _NOWHERE if old is None else printable(f"a/{name}")
    is_ = _NOWHERE if new is None else printable(f"b/{name}")
    try:
        before, after = _text(old), _text(new)
    except ValueError:
        yield f"Binary files {was} and {is_} differ\n"
        return
    from difflib import unified_diff  # noqa: PLC0415 (most runs find no difference)

    yield f"--- {was}\n"
    yield f"+++ {is_}\n"
    _, _, *hunks = [*unified_diff(_lines(before), _lines(after), was, is_)] or ["", ""]
    for line in hunks:
        yield line if line.endswith("\n") else f"{line}\n{_NO_NEWLINE}\n"


def _text(content: bytes | None) -> str:
    """What a file says. Raises ValueError if that is no text (git's rule: a NUL; and UTF-8)."""
    if content and b"\0" in content:
        raise ValueError("NUL")
    return (content or b"").decode()


def _lines(text: str) -> list[str]:
    """Lines with their ends; only a newline ends one, unlike splitlines()."""
    *lines, rest = text.split("\n")
    return [line + "\n" for line in lines] + ([rest] if rest else [])


def _coloured_line(line: str) -> str:
    for start, number in _COLOURS.items():
        if line.startswith(start):
            text = line.removesuffix("\n")
            return f"\x1b[{number}m{text}\x1b[m{line[len(text) :]}"
    return line


def _shown(line: str) -> str:
    """``line``, which someone else may have written, without what steers a terminal or the log of a pipeline."""
    return re.sub(r"[^\t\r\n]|\r(?!\n)", lambda found: found[0] if found[0].isprintable() else "?", line)
