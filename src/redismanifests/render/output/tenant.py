"""Tenant: whose deployment a folder of ours holds, and what lies in it that no profile of a run gives.

Why: a folder is what is deployed from. Rendering another deployment into it removes the first one from a cluster that
prunes, and files left behind are applied beside the new ones. The folder's own files say whose they are: they are
listed with their checksums, so nothing else must be remembered, and folders of older versions say it as well.
Out of scope: whether a file is ours (folder), what an update is refused for (against).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.named import NamedTuple
from redismanifests.core.sources.documents import documents
from redismanifests.errors import FolderError, RedismanifestsError
from redismanifests.render import output as folder

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

_BELOW = 2000
"""Entries of an output folder that are looked through; more is no folder of renderings."""


def deployments(files: Mapping[str, bytes]) -> frozenset[str]:
    """``namespace/name`` of every StatefulSet in the files of a rendering; what cannot be read gives none."""
    found = set()
    for name, content in files.items():
        if b"StatefulSet" not in content or not name.endswith((".yaml", ".yml")):
            continue
        try:
            read = documents(content.decode())
        except ValueError:
            continue
        for item in read:
            if not isinstance(item, dict) or item.get("kind") != "StatefulSet":
                continue
            metadata = item.get("metadata")
            if isinstance(metadata, dict):
                found.add(f"{metadata.get('namespace') or 'default'}/{metadata.get('name')}")
    return frozenset(found)


def replaced(plan: folder.Plan) -> FolderError | None:
    """The error for a plan that would take the place of another deployment; None where it is the same, or none."""
    if not plan.before or not (plan.changed or plan.removed):
        return None
    there, wanted = deployments(plan.before), deployments(plan.after)
    if not there - wanted:
        return None
    return FolderError(
        f"{plan.directory}: holds another deployment, whose StatefulSets the profile does not give: "
        f"{', '.join(sorted(there - wanted))}; the profile gives {', '.join(sorted(wanted)) or 'none'}",
        "name another folder with --output; or replace it with --replace, after its data is moved: a cluster that "
        "prunes deletes what leaves the folder",
    )


class Leftover(NamedTuple):
    """A folder that a run of us wrote, and no profile of this run gives."""

    directory: Path
    files: int
    holds: str
    """Its deployments."""

    def __str__(self) -> str:
        """What is, and what to do."""
        return (
            f"{self.directory}: {self.files} files of an earlier run ({self.holds}) are given by no profile of this "
            f"run, and kubectl apply -R would apply them, too: remove them, or give their profile"
        )


def leftovers(output: Path, targets: Collection[Path]) -> list[Leftover]:
    """The output folder itself and its sub-folders, as far as they hold files of ours and are no target."""
    given = {target.absolute() for target in targets}
    return [
        found
        for directory in (output, *_below(output))
        if directory.absolute() not in given and (found := _found(directory))
    ]


def _below(output: Path) -> Iterable[Path]:
    try:
        entries = sorted(output.iterdir())[:_BELOW]
        # A hidden one is of a run that goes on, or was killed: the folder's own business.
        return [
            each
            for each in entries
            if not each.name.startswith(".") and not each.is_symlink() and each.is_dir()
        ]
    except OSError:
        return []


def _found(directory: Path) -> Leftover | None:
    try:
        files = folder.read(directory)
    except RedismanifestsError:
        return None
    holds = deployments(files)
    return Leftover(directory, len(files), ", ".join(sorted(holds))) if holds else None


def stem_fault(paths: Iterable[Path]) -> Iterator[str]:
    """Each file whose name without its ending names no folder of its own, such as ``...yaml``."""
    yield from (str(path) for path in paths if path.stem in ("", ".", ".."))
