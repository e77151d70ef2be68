"""Replacement: bring a folder to a new state, whole or not at all.

Why it exists: the order of the steps makes a kill at any moment harmless; only this module defines
it. ``new`` (in the making) is renamed to ``swap`` (complete) and changes places with the folder. Now the
old directory is out of sight: it gets the new files by hard link and changes places again, so the folder
keeps its inode. After each exchange a look at what came out shows whether someone wrote there meanwhile; if
so, it goes back.
"""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING

from redismanifests.errors import FolderError
from redismanifests.render.output import sums, tree
from redismanifests.render.output.comparison import Plan, compare, refusal
from redismanifests.render.output.exchange import exchange
from redismanifests.render.output.lock import locked
from redismanifests.render.output.ownership import ownership
from redismanifests.render.output.place import clear, discard, is_directory, place_of
from redismanifests.render.output.trouble import explained

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from redismanifests.render.output.place import Place
    from redismanifests.render.output.tree import Tree

_FILE_MODE = 0o644  # and the umask, as for any tool
_DIRECTORY_MODE = 0o755


def plan(directory: Path, files: Mapping[str, bytes], *, overwrite: bool = False) -> Plan:
    """What ``write`` would do; writes nothing, not even what a killed run left.

    Raises FolderError if the folder cannot be looked at or a name cannot be ours.
    """
    place = place_of(directory)
    with explained(place), _reading(place):
        return compare(place.folder, directory, files, overwrite=overwrite)[0]


def read(directory: Path) -> dict[str, bytes]:
    """The current files that ``SHA256SUMS`` lists, edited or not; empty without folder or list.

    Raises FolderError if the folder cannot be read, or the list is not ours.
    """
    place = place_of(directory)
    with explained(place), _reading(place):
        found = tree.snapshot(place.folder) if is_directory(place.folder) else {}
        owned = ownership(place.folder, found, ())
    if owned.fault:
        raise FolderError(f"{directory / sums.SUMS}: {owned.fault}", "restore it from version control")
    return {name: content for name, content in owned.contents.items() if name != sums.SUMS}


def write(
    directory: Path,
    files: Mapping[str, bytes],
    *,
    overwrite: bool = False,
    guard: Callable[[Plan], FolderError | None] = lambda _: None,
) -> Plan:
    """Make directory hold files, and return what that changed. Missing parents are made.

    With ``overwrite``, edited files and foreign regular files of the same name are replaced, and edited files
    that are no longer rendered removed; never links, directories or special files. Raises FolderError, with
    all names, if that would lose something; what ``guard`` says of the plan; and if the system does not let us
    write. The folder is then as it was.
    """
    place = place_of(directory)
    with explained(place), _parents(place.parent), locked(place.parent):
        clear(place, overwrite=overwrite)
        change, found = compare(place.folder, directory, files, overwrite=overwrite)
        if change.refused:
            raise refusal(change)
        if objection := guard(change):
            raise objection
        if change.differs:
            try:
                _replace(place, change, found)
            except BaseException:
                with suppress(OSError, FolderError):  # the first error is reported
                    clear(place, overwrite=overwrite)
                raise
            clear(place, overwrite=overwrite)
        return change


def _replace(place: Place, change: Plan, found: Tree | None) -> None:
    if found is None:
        if not change.after:
            return
        _prepare(place, change, {})
        place.new.rename(place.folder)
        return
    if not os.access(place.folder, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(place.folder))
    if place.folder.stat().st_dev != place.parent.stat().st_dev:
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), str(place.folder))
    _prepare(place, change, found)
    place.new.rename(place.swap)
    staged = tree.snapshot(place.swap)
    _exchange(place)
    if tree.snapshot(place.swap) != found:
        _exchange(place)
        if tree.snapshot(place.swap) == staged:
            discard(place, place.swap)
        raise FolderError(
            f"{change.directory}: someone changed it while it was being written, so it was left as it is",
            "render again",
        )
    # From here on the folder is new; what fails now only costs it its old inode.
    try:
        _bring_up_to_date(place.swap, place.folder, change)
        _exchange(place)
    except OSError:
        pass
    else:
        if tree.snapshot(place.swap) == staged:
            discard(place, place.swap)
            return
        _exchange(place)
    # Entries of the old directory that are not ours were copied to its successor, and may be changed there. ``clear``
    # handles files that a process inside of the old directory has just written.
    ours = {*change.added, *change.changed, *change.removed}
    if _without(ours, tree.snapshot(place.swap)) == _without(ours, found):
        discard(place, place.swap)


def _without(names: set[str], of: Tree) -> Tree:
    return {path: entry for path, entry in of.items() if path not in names}


def _prepare(place: Place, change: Plan, found: Tree) -> None:
    """Fill ``new`` with the new state of the folder."""
    new = place.new
    new.mkdir(_DIRECTORY_MODE)
    if is_directory(place.folder):
        tree.dress(new, place.folder)
    tree.carry(place.folder, new, _without({*change.changed, *change.removed}, found))
    for name in (*change.added, *change.changed):
        _write_file(f"{new}/{name}", change.after.get(name, change.sums))


def _bring_up_to_date(old: Path, new: Path, change: Plan) -> None:
    """Change the directory that was the folder into what the folder is now."""
    # The list goes last: after a kill it vouches for the old files that are left.
    for name in sorted((*change.removed, *change.changed), key=sums.SUMS.__eq__):
        (old / name).unlink()
    for name in (*change.added, *change.changed):
        tree.link(new / name, old / name)


def _write_file(path: str, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _FILE_MODE)
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(handle, rest) :]
    finally:
        os.close(handle)


@contextmanager
def _parents(directory: Path) -> Iterator[None]:
    """Make a directory and its parents; take back at the end what is still empty."""
    missing = []
    while not directory.exists():
        missing.append(directory)
        directory = directory.parent
    try:
        for one in reversed(missing):
            one.mkdir(_DIRECTORY_MODE, exist_ok=True)
        yield
    finally:
        for one in missing:
            with suppress(OSError):
                one.rmdir()


@contextmanager
def _reading(place: Place) -> Iterator[None]:
    """Keep the folder from changing, if there is one."""
    with locked(place.parent, shared=True) if place.parent.exists() else nullcontext():
        yield


def _exchange(place: Place) -> None:
    exchange(place.swap, place.folder, place.aside)
