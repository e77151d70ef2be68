"""Tree: all entries of a directory, with facts that show changes, and copies of them by hard link.

Why it exists: the user's own files and sub-directories in the folder must be in both directories when these
change places, and must not be lost if someone writes just then.
"""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from stat import S_IMODE, S_ISDIR, S_ISREG
from typing import TYPE_CHECKING

from redismanifests.core.named import NamedTuple
from redismanifests.errors import FolderError

if TYPE_CHECKING:
    from pathlib import Path

CARRIED_AT_MOST = 10_000  # entries, half a second; more is a home or a repository, given by mistake
_NO_HARD_LINKS = {errno.EPERM, errno.ENOSYS, errno.ENOTSUP, errno.EMLINK}
"""The file system has no hard links, or the kernel refuses one to a file of others (protected_hardlinks)."""


class Entry(NamedTuple):
    """One entry of a directory; two equal ones, taken at different times, mean that no one wrote to it."""

    mode: int
    inode: int
    size: int
    changed_ns: int


Tree = dict[str, Entry]
"""Path below the directory to entry; a directory comes before its entries."""


def snapshot(directory: Path, most: int | None = None) -> Tree:
    """All entries, symbolic links not followed. Raises OSError, and FolderError for more than ``most``."""
    tree: Tree = {}
    waiting = [""]
    while waiting:
        below = waiting.pop()
        with os.scandir(directory / below) as entries:
            for entry in entries:
                status = entry.stat(follow_symlinks=False)
                path = below + entry.name
                tree[path] = Entry(status.st_mode, status.st_ino, status.st_size, status.st_mtime_ns)
                if S_ISDIR(status.st_mode):
                    waiting.append(path + "/")
        if most is not None and len(tree) > most:
            raise FolderError(
                f"{directory}: holds more than {most} files and directories",
                "render into a folder of its own",
            )
    return tree


def carry(source: Path, target: Path, tree: Tree) -> None:
    """Copy all of tree from source to target: new directories, everything else by hard link."""
    for path, entry in tree.items():
        if S_ISDIR(entry.mode):
            (target / path).mkdir()
        else:
            link(source / path, target / path)
    # Only now, from the leaves up: a directory may be read-only, and each new entry changes its time.
    for path, entry in reversed(tree.items()):
        if S_ISDIR(entry.mode):
            (target / path).chmod(S_IMODE(entry.mode))
            os.utime(target / path, ns=(entry.changed_ns, entry.changed_ns))


def link(source: Path, target: Path) -> None:
    """A hard link, or where there is none a copy with mode and times. Raises OSError."""
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError as error:
        # Never across a mount (EXDEV): a copy of what is mounted there is not what the user has.
        if error.errno not in _NO_HARD_LINKS or not S_ISREG(source.lstat().st_mode):
            raise
        import shutil  # noqa: PLC0415 (3 ms that are rarely needed)

        shutil.copy2(source, target)


def dress(directory: Path, like: Path) -> None:
    """Give a directory of ours the mode, and as far as we may the owner and attributes (ACLs), of another."""
    status = like.stat()
    own = directory.stat()
    if (status.st_uid, status.st_gid) != (own.st_uid, own.st_gid):
        with suppress(PermissionError):
            os.chown(directory, status.st_uid, status.st_gid)
    directory.chmod(S_IMODE(status.st_mode))
    if hasattr(os, "listxattr"):
        with suppress(OSError):
            for name in os.listxattr(like):
                os.setxattr(directory, name, os.getxattr(like, name))


def remove(directory: Path, tree: Tree) -> None:
    """Remove directory and what tree says it holds. Raises OSError if it holds more; that then stays."""
    for path, entry in tree.items():
        if S_ISDIR(entry.mode):
            with suppress(PermissionError):
                (directory / path).chmod(0o700)  # a copy of a read-only directory
    for path, entry in reversed(tree.items()):
        if S_ISDIR(entry.mode):
            (directory / path).rmdir()
        else:
            (directory / path).unlink()
    directory.rmdir()
