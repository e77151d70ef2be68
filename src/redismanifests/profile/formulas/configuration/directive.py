"""Directive: which lines a redis.conf may have, by engine and version.

The table beside this file was made from servers and their sources (tools/make_directives.py), and is read only where a
profile has lines of its own.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from redismanifests.core.named import NamedTuple
from redismanifests.profile.formulas.engine import judges, line_of, lines_of

if TYPE_CHECKING:
    from redismanifests.core.values.image import Image

_TABLE = Path(__file__).with_name("directives.txt")

OF_MODULES = ("bf-", "cf-", "search-", "ts-")
"""Directives of the modules in Redis' own images from 8 on: the server learns them when it loads them."""


class Table(NamedTuple):
    """The versions that were asked or read, those of them whose list is not complete, and who lacks a directive."""

    versions: tuple[str, ...]
    incomplete: frozenset[str]
    lacking: dict[str, frozenset[str]]

    def known(self, directive: str, version: str) -> bool:
        """Whether ``version`` is known to know ``directive``."""
        return directive in self.lacking and version not in self.lacking[directive]


@cache
def _table() -> Table:
    _, versions, *lines = _TABLE.read_text(encoding="utf-8").splitlines()
    marked = versions.removeprefix("# ").split()
    rows = (line.split() for line in lines)
    return Table(
        tuple(version.rstrip("?") for version in marked),
        frozenset(version[:-1] for version in marked if version.endswith("?")),
        {row[0]: frozenset(row[1:]) for row in rows},
    )


def version_without(directive: str, engine: str, image: Image) -> str | None:
    """The version (``redis-7.0``) of the image where it does not know ``directive``; None where it does, or none can
    say (`unjudged`).
    """
    table, version = _table(), line_of(engine, image)
    if version is None or directive.startswith(OF_MODULES):
        return None
    judged = version in table.versions and version not in table.incomplete
    return version if judged and not table.known(directive, version) else None


def unjudged(directive: str, engine: str, image: Image) -> str | None:
    """Why no one can say whether the image knows ``directive``; None where the table can, and where the newest version
    that it has knows it: directives are hardly ever taken away.
    """
    table, version = _table(), line_of(engine, image)
    if directive.startswith(OF_MODULES):
        return None
    if version is None:
        known = any(table.known(directive, line) for line in lines_of(engine, image, table.versions))
        return None if known else f"{image} names no version"
    if version in table.versions:
        complete = version not in table.incomplete or table.known(directive, version)
        return None if complete else f"not all directives of {version} are in our table"
    nearest = judges(engine, image, table.versions)[-1]
    return None if table.known(directive, nearest) else f"{version} is not in our table"


def near(directive: str) -> str | None:
    """The directive that was probably meant."""
    from difflib import get_close_matches  # noqa: PLC0415 (only where one is wrong)

    return next(iter(get_close_matches(directive, _table().lacking, n=1, cutoff=0.75)), None)


def known_to(directive: str) -> tuple[str, ...]:
    """The versions that know ``directive``."""
    table = _table()
    return tuple(version for version in table.versions if table.known(directive, version))
