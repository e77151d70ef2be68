"""Image: the parts of an image that a container needs; the caller provides them, because there are no images here."""

from __future__ import annotations

from dataclasses import dataclass, field
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
    files: Mapping[str, str] = field(default_factory=dict)
    """Absolute path inside the container to the text of a script there."""
    folders: tuple[str, ...] = ()
    """Folders that it has, which its user may write to."""
    shells: Mapping[str, Path] = field(default_factory=dict)
    """Program below /usr/bin to the one of this machine that is in its place there."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Variables of its environment, beneath those of the manifest."""
