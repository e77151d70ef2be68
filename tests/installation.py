"""The package as a wheel lays it out, copied from this checkout into a folder of its own."""

from __future__ import annotations

from functools import cache
from shutil import copytree, ignore_patterns
from typing import TYPE_CHECKING

from deployment import TOP
from redismanifests.core.built import IN_WHEEL
from redismanifests.render import making

if TYPE_CHECKING:
    from pathlib import Path

_SOURCES_ONLY = ignore_patterns("__pycache__", "_data")
made = cache(making.made)


def installation(place: Path, built: str | None = None) -> Path:
    """A folder for PYTHONPATH; ``built`` takes the place of what the wheel brings made, and is none where empty."""
    package = place / "redismanifests"
    copytree(TOP / "src" / "redismanifests", package, ignore=_SOURCES_ONLY)
    for data in ("templates", "profiles"):
        copytree(TOP / data, package / "_data" / data, ignore=_SOURCES_ONLY)
    if text := made() if built is None else built:
        (package / IN_WHEEL).write_text(text, encoding="utf-8")
    return place
