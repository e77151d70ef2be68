"""Ownership: which files of a folder are ours to replace or remove, and which are the user's.

Why it exists: a file is ours only if ``SHA256SUMS`` lists it and no one edited it since; every other answer
must be a reason that a person can act on.
"""

from __future__ import annotations

from stat import S_ISDIR, S_ISLNK, S_ISREG
from typing import TYPE_CHECKING

from redismanifests.core.named import NamedTuple
from redismanifests.render.output import sums

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from redismanifests.render.output.tree import Tree

_READ = "make every file of the folder readable: chmod u+r"
_MOVE = "move away what is in the way"
_FORCE = "move foreign files away, or overwrite them with --force"
_EDITED = "take edits into the profile and restore the files as rendered, or overwrite them with --force"
_LIST = "restore SHA256SUMS from version control, or write it again with --force and remove stale files"


class Refusal(NamedTuple):
    """A name in the folder that a run does not touch, and why."""

    name: str
    reason: str
    """What is, completing "NAME: ..."."""
    fix: str


class Ownership(NamedTuple):
    """The current files of a folder that a rendering concerns."""

    contents: Mapping[str, bytes]
    """Every regular file that is listed or would be written, and the list."""
    listed: Mapping[str, str]
    """Name to checksum, as ``SHA256SUMS`` has it; nothing if it is missing or not ours."""
    fault: str | None
    """Why ``SHA256SUMS`` is not ours."""
    blocked: Mapping[str, Refusal]
    """Entries with such a name that cannot be replaced, even by force."""

    def loss(self, name: str) -> Refusal | None:
        """What would be lost by replacing or removing a file of ``contents``; nothing if it is ours."""
        if name == sums.SUMS:
            return Refusal(name, self.fault, _LIST) if self.fault else None
        if name not in self.listed:
            return Refusal(name, "exists and was not written by redismanifests", _FORCE)
        if self.listed[name] != sums.checksum(self.contents[name]):
            return Refusal(name, "was edited since it was rendered", _EDITED)
        return None


def ownership(folder: Path, tree: Tree, names: Iterable[str]) -> Ownership:
    """Read our files in folder, and those with one of ``names``; ``tree`` has the folder's entries."""
    contents: dict[str, bytes] = {}
    blocked: dict[str, Refusal] = {}

    def read(name: str) -> None:
        if name not in tree:
            return
        if reason := _not_a_file(tree[name].mode):
            blocked[name] = Refusal(name, reason, _MOVE)
            return
        try:
            contents[name] = (folder / name).read_bytes()
        except PermissionError:
            blocked[name] = Refusal(name, "cannot be read: permission denied", _READ)

    listed: Mapping[str, str] = {}
    fault = None
    read(sums.SUMS)
    if sums.SUMS in contents:
        try:
            listed = sums.parsed(contents[sums.SUMS])
        except ValueError as error:
            fault = str(error)
    for name in sorted({*listed, *names}):
        read(name)
    return Ownership(contents, listed, fault, blocked)


def _not_a_file(mode: int) -> str | None:
    """What an entry is, if no regular file."""
    if S_ISREG(mode):
        return None
    if S_ISLNK(mode):
        return "is a symbolic link"
    return "is a directory" if S_ISDIR(mode) else "is neither a file nor a directory"
