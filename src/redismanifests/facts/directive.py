"""Directive: which lines a redis.conf may have, by engine and version.

The table beside this file was made from servers and their sources (tools/make_directives.py), and is read only where a
profile has lines of its own.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from redismanifests.core.image import Image

_TABLE = Path(__file__).with_name("directives.txt")

OF_MODULES = ("bf-", "cf-", "search-", "ts-")
"""Directives of the modules in Redis' own images from 8 on: the server learns them when it loads them."""


@cache
def _table() -> tuple[tuple[str, ...], dict[str, frozenset[str]]]:
    """All versions in the table, and for each directive those that do not know it."""
    _, versions, *lines = _TABLE.read_text(encoding="utf-8").splitlines()
    rows = (line.split() for line in lines)
    return tuple(versions.removeprefix("# ").split()), {row[0]: frozenset(row[1:]) for row in rows}


def version_without(directive: str, engine: str, image: Image) -> str | None:
    """The version (``redis-7.0``) of the image where it does not know ``directive``; None where it does, or none can
    say.

    Versions that the table does not have are not judged, and names of modules are not.
    """
    if image.version is None or directive.startswith(OF_MODULES):
        return None
    versions, unknown = _table()
    version = f"{engine}-{'.'.join(str(part) for part in image.version[:2])}"
    if version not in versions or version not in unknown.get(directive, versions):
        return None
    return version


def near(directive: str) -> str | None:
    """The directive that was probably meant."""
    from difflib import get_close_matches  # noqa: PLC0415 (only where one is wrong)

    return next(iter(get_close_matches(directive, _table()[1], n=1, cutoff=0.75)), None)


def known_to(directive: str) -> tuple[str, ...]:
    """The versions that know ``directive``."""
    versions, unknown = _table()
    return tuple(v for v in versions if directive in unknown and v not in unknown[directive])
