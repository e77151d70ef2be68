"""Starting: writes the files of a new profile; what is there already is never overwritten."""

from __future__ import annotations

import os
from errno import EDQUOT, EFBIG, ENOSPC
from pathlib import Path
from typing import TYPE_CHECKING

from redismanifests.cli.width import say
from redismanifests.core.data import data_folder
from redismanifests.errors import FolderError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import click

_SCHEMA = "redismanifests.schema.json"


def schema_beside(profile: Path) -> tuple[Path, bytes]:
    """The schema that editors read a profile with, and where it belongs."""
    return profile.parent / _SCHEMA, (data_folder("profiles") / _SCHEMA).read_bytes()


def new_file(ctx: click.Context, param: click.Parameter, given: str | None) -> Path | None:
    """The path of a new profile; raises FolderError for ``-``, and for what is a folder or is written as one."""
    if given is None:
        return None
    path = Path(given)
    if given == "-":
        raise FolderError("- is no file: a profile is written to one", "name a file, such as profile.yaml")
    if given.endswith(os.sep) or path.is_dir():
        raise FolderError(f"{path} is a folder", f"name a file in it: {path / 'profile.yaml'}")
    return path


def write_new(files: Mapping[Path, bytes], fix: str, *, err: bool = False) -> None:
    """Write each file, or none: raises FolderError where one cannot be written; ``err``: say so on standard error."""
    same = {target for target, content in files.items() if _has(target, content)}
    taken = [str(target) for target in files if target not in same and os.path.lexists(target)]
    if taken:
        raise FolderError(f"{', '.join(taken)}: already there, and nothing is overwritten", fix)
    new = {target: content for target, content in files.items() if target not in same}
    made: list[Path] = []
    try:
        for target, content in new.items():
            _write(target, content, made)
    except BaseException:
        for each in reversed(made):
            each.rmdir() if each.is_dir() else each.unlink(missing_ok=True)
        raise
    for target in files:
        say(f"{target} {'written' if target in new else 'is there already, and the same: kept'}", err=err)


def _has(target: Path, content: bytes) -> bool:
    try:
        return target.read_bytes() == content
    except OSError:
        return False


def _write(target: Path, content: bytes, made: list[Path]) -> None:
    """Write one file; each folder and file that is made is added to ``made``."""
    try:
        for folder in reversed(target.parents):
            # Also where it is ``new/..``, which is there as soon as ``new`` is.
            if not folder.exists():
                folder.mkdir()
                made.append(folder)
        with target.open("xb") as stream:
            made.append(target)
            stream.write(content)
    except OSError as error:
        full = error.errno in (ENOSPC, EDQUOT, EFBIG)
        fix = "free some space, or name another place" if full else "choose a folder you may write to"
        raise FolderError(f"{target} cannot be written: {error.strerror}", fix) from None
