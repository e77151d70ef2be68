"""Starting: writes the files of a new profile; what is there already is never overwritten."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from redismanifests.cli.width import say
from redismanifests.core.data import data_folder
from redismanifests.errors import FolderError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_SCHEMA = "redismanifests.schema.json"


def schema_beside(profile: Path) -> tuple[Path, bytes]:
    """The schema that editors read a profile with, and where it belongs."""
    return profile.parent / _SCHEMA, (data_folder("profiles") / _SCHEMA).read_bytes()


def write_new(files: Mapping[Path, bytes], fix: str, *, err: bool = False) -> None:
    """Write each file, or none: raises FolderError where another one is there; ``err``: say so on standard error."""
    same = {target for target, content in files.items() if _has(target, content)}
    taken = [str(target) for target in files if target not in same and os.path.lexists(target)]
    if taken:
        raise FolderError(f"{', '.join(taken)}: already there, and nothing is overwritten", fix)
    for target, content in files.items():
        if target in same:
            say(f"{target} is there already, and the same: kept", err=err)
        else:
            _write(target, content)
            say(f"{target} written", err=err)


def _has(target: Path, content: bytes) -> bool:
    try:
        return target.read_bytes() == content
    except OSError:
        return False


def _write(target: Path, content: bytes) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as stream:
            stream.write(content)
    except OSError as error:
        raise FolderError(
            f"{target} cannot be written: {error.strerror}", "choose a folder you may write to"
        ) from None
