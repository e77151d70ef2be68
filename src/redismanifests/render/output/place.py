"""Place: the path of a folder, and its hidden siblings while a run replaces it.

Why it exists: the names of the siblings are fixed, so that a run finds what a killed one left; only the run
that holds the lock uses them. What each may hold after a kill decides what may be deleted there (see
``clear``).
"""

from __future__ import annotations

from stat import S_ISDIR, S_ISLNK, S_ISREG
from typing import TYPE_CHECKING

from redismanifests.core.named import NamedTuple
from redismanifests.errors import FolderError
from redismanifests.render.output import sums, tree

if TYPE_CHECKING:
    from pathlib import Path

    from redismanifests.render.output.tree import Tree


class Place(NamedTuple):
    """A folder and the siblings that exist while it is replaced."""

    folder: Path

    @property
    def parent(self) -> Path:
        """The directory that is locked, and that contains the siblings."""
        return self.folder.parent

    @property
    def new(self) -> Path:
        """A state in the making or on its way out: nothing in it is only the user's."""
        return self._sibling("new")

    @property
    def swap(self) -> Path:
        """A complete state, that changes places with the folder."""
        return self._sibling("swap")

    @property
    def aside(self) -> Path:
        """What was in the folder's place, where the exchange needs more than one rename."""
        return self._sibling("old")

    def _sibling(self, role: str) -> Path:
        return self.parent / f".{self.folder.name}.redismanifests-{role}"


def place_of(directory: Path) -> Place:
    """The place of a directory, which need not exist. Raises FolderError for one that has no parent."""
    if directory.name in {"", ".."}:  # `.` and `a/..` name a directory without saying what it is called
        directory = directory.resolve()
    if not directory.name:
        raise FolderError(f"{directory}: is the root directory", "render into a folder of its own")
    return Place(directory)


def is_directory(path: Path) -> bool:
    """Whether there is a directory; nothing there is False, anything else a FolderError."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return False
    if S_ISLNK(mode):
        raise FolderError(
            f"{path}: is a symbolic link, and what it points to would change in an unexpected place",
            f"name the directory itself, or remove the link: rm {path}",
        )
    if not S_ISDIR(mode):
        raise FolderError(f"{path}: is not a directory", "move it away, or render into another folder")
    return True


def clear(place: Place, *, overwrite: bool = False) -> None:
    """Undo or finish what a killed run left. Raises OSError, and FolderError if that may be the user's."""
    if not is_directory(place.folder) and is_directory(place.aside):
        place.aside.rename(place.folder)
    if is_directory(place.new):
        tree.remove(place.new, tree.snapshot(place.new))
    for leftover in (place.aside, place.swap):
        if is_directory(leftover):
            left = tree.snapshot(leftover)
            if kept := _only_there(leftover, left, place.folder, overwrite=overwrite):
                raise FolderError(
                    f"{leftover}: is {place.folder} as it was before an earlier run, which was killed, or beside which "
                    f"another program wrote there; it holds what {place.folder} does not: " + ", ".join(kept),
                    f"move what you need from there into {place.folder}, then remove it: rm -r {leftover}",
                )
            discard(place, leftover)


def discard(place: Place, directory: Path) -> None:
    """Remove a sibling that holds nothing of the user's. Raises OSError."""
    # First under the name that says so: half of it, after a kill, could not be judged again.
    directory.rename(place.new)
    tree.remove(place.new, tree.snapshot(place.new))


def _only_there(leftover: Path, left: Tree, folder: Path, *, overwrite: bool) -> list[str]:
    """The files in leftover that neither we can render again nor the folder holds."""
    there = tree.snapshot(folder) if is_directory(folder) else {}
    lists = [_listed(leftover), _listed(folder)]
    kept = []
    for path, entry in left.items():
        if S_ISDIR(entry.mode) or path == sums.SUMS:
            continue
        twin = there.get(path)
        if twin and twin.inode == entry.inode:
            continue
        if overwrite and any(path in listed for listed in lists):
            continue
        if S_ISREG(entry.mode):
            content = (leftover / path).read_bytes()
            if any(listed.get(path) == sums.checksum(content) for listed in lists):
                continue
            if twin and S_ISREG(twin.mode) and (folder / path).read_bytes() == content:
                continue
        kept.append(path)
    return kept


def _listed(directory: Path) -> dict[str, str]:
    """What the directory lists as ours; nothing if its list is missing or not ours."""
    path = directory / sums.SUMS
    try:
        return sums.parsed(path.read_bytes()) if S_ISREG(path.lstat().st_mode) else {}
    except (OSError, ValueError):
        return {}
