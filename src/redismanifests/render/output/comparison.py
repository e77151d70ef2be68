"""Comparison: compares a folder with a rendering, and lists what prevents making them equal.

Why it exists: everything is decided before anything is written, so that all names are refused at once, and
``--check`` and ``diff`` say what ``render`` would do.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from redismanifests.core.named import NamedTuple
from redismanifests.errors import FolderError
from redismanifests.render.output import sums, tree
from redismanifests.render.output.ownership import ownership
from redismanifests.render.output.place import is_directory

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from redismanifests.render.output.ownership import Refusal
    from redismanifests.render.output.tree import Tree


class Plan(NamedTuple):
    """What writing a rendering into a folder changes; names are sorted, ``SHA256SUMS`` is one of them."""

    directory: Path
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]
    refused: tuple[Refusal, ...]
    """If not empty, nothing is written."""
    foreign: tuple[str, ...]
    """Files and directories that are not ours and stay as they are."""
    before: Mapping[str, bytes]
    """Files in the folder with names that are or would be ours, without ``SHA256SUMS``: for a diff."""
    after: Mapping[str, bytes]
    """The rendering."""
    sums: bytes
    """``SHA256SUMS`` of the rendering."""

    @property
    def differs(self) -> bool:
        """Whether the folder is not yet, to the byte, what the rendering is."""
        return bool(self.added or self.changed or self.removed or self.refused)


def refuse_names(names: Iterable[str]) -> None:
    """Raise FolderError for names that a rendering may not have."""
    if wrong := sorted(name for name in names if not sums.is_ours_to_name(name)):
        raise FolderError(
            "names that a file of a rendering cannot have: " + ", ".join(map(repr, wrong)),
            "use lower-case letters, digits, '.' and '-', with a letter or digit first",
        )


def refusal(plan: Plan) -> FolderError:
    """The error for a plan with refusals: every name with its reason, every fix once."""
    return FolderError(
        f"{plan.directory}: nothing was written, because these files would be lost or are in the way:"
        + "".join(f"\n  {one.name}: {one.reason}" for one in plan.refused),
        "\n".join(dict.fromkeys(one.fix for one in plan.refused)),
    )


def compare(
    folder: Path, shown: Path, files: Mapping[str, bytes], *, overwrite: bool
) -> tuple[Plan, Tree | None]:
    """The plan for a folder, and everything that was in it (None: there is no folder).

    ``shown`` is the folder in the user's words. Raises FolderError for names that a rendering may not have,
    OSError where the folder cannot be listed.
    """
    refuse_names(files)
    found = tree.snapshot(folder, tree.CARRIED_AT_MOST) if is_directory(folder) else None
    owned = ownership(folder, found or {}, files)
    # A rendering of nothing has no list: `sha256sum -c` takes an empty one for a fault.
    listed = sums.printed(files)
    wanted = {**files, sums.SUMS: listed} if files else {}

    added: list[str] = []
    changed: list[str] = []
    removed: list[str] = []
    unchanged: list[str] = []
    refused = dict(owned.blocked)
    for name in sorted({*wanted, *owned.contents} - refused.keys()):
        old, new = owned.contents.get(name), wanted.get(name)
        if old is None:
            added.append(name)
        elif old == new:
            unchanged.append(name)
        elif not overwrite and (loss := owned.loss(name)):
            refused[name] = loss
        else:
            (removed if new is None else changed).append(name)

    concerned = {*wanted, *owned.contents, *owned.blocked}
    return Plan(
        directory=shown,
        added=tuple(added),
        changed=tuple(changed),
        removed=tuple(removed),
        unchanged=tuple(unchanged),
        refused=tuple(refused[name] for name in sorted(refused)),
        foreign=tuple(sorted(path for path in found or () if "/" not in path and path not in concerned)),
        before=MappingProxyType({name: text for name, text in owned.contents.items() if name != sums.SUMS}),
        after=MappingProxyType(dict(files)),
        sums=listed,
    ), found
