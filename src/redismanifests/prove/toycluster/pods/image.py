"""Image: the parts of an image that a container needs; the caller provides them, because there are no images here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Image:
    """What an image gives a container: its entrypoint, default arguments, user and programs."""

    entrypoint: tuple[str, ...]
    arguments: tuple[str, ...]
    uid: int
    gid: int
    folder: str
    """Working folder."""
    programs: Mapping[str, Path]
    """Absolute path inside the container to program on this machine."""
    needed: tuple[Path, ...] = ()
    """Folders outside of /usr that its programs need, at the same path inside."""
