"""Command: which commands an account may name, by engine and version.

The table beside this file was asked of servers and read from the documentation (tools/make_commands.py). A version that
is not in it lies between two that are: what neither of them knows is unknown. Commands of modules are not judged.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from redismanifests.profile.formulas.engine import judges

if TYPE_CHECKING:
    from redismanifests.core.values.image import Image

_TABLE = Path(__file__).with_name("commands.txt")
_OF_VECTOR_SETS = (
    *(
        "vadd",
        "vcard",
        "vdim",
        "vemb",
        "vgetattr",
        "vinfo",
        "vismember",
        "vlinks",
        "vrandmember",
        "vrange",
        "vrem",
    ),
    *("vsetattr", "vsim"),
)
"""A module of Redis 8 whose commands have no dot in their names."""


@cache
def _table() -> tuple[tuple[str, ...], dict[str, frozenset[str]]]:
    """All versions in the table, and for each command those that do not know it."""
    _, versions, *lines = _TABLE.read_text(encoding="utf-8").splitlines()
    rows = (line.split() for line in lines)
    return tuple(versions.removeprefix("# ").split()), {row[0]: frozenset(row[1:]) for row in rows}


def refusal(right: str, engine: str, image: Image) -> str | None:
    """Why a server of this image ends at a right such as ``+config|get``; None where it takes it.

    Categories are not judged here.
    """
    sign, name = right[0], right[1:]
    command, bar, sub = name.partition("|")
    if command.startswith("@") or "." in command or command in _OF_VECTOR_SETS:
        return None
    lines = judges(engine, image, _table()[0])
    if all(_is_unknown(command, line) for line in lines):
        return f"{lines[-1]} has no command {command}"
    if not bar or not all(_is_unknown(name, line) for line in lines):
        return None
    if any(known.startswith(f"{command}|") for known in _table()[1]):
        return f"{lines[-1]} has no {command.upper()} {sub.upper()}"
    # A first argument of a command without subcommands may be allowed, and not taken away.
    return None if sign == "+" else f"a first argument cannot be taken away: {right}"


def near(right: str) -> str | None:
    """The right that was probably meant."""
    from difflib import get_close_matches  # noqa: PLC0415 (only where one is wrong)

    found = get_close_matches(right[1:], _table()[1], n=1, cutoff=0.7)
    return right[0] + found[0] if found else None


def _is_unknown(name: str, version: str) -> bool:
    unknown = _table()[1].get(name)
    return unknown is None or version in unknown
