"""Paths: what the files and folders on a command line mean."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from redismanifests.errors import RedismanifestsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from redismanifests.judge.update import Deployed

F = TypeVar("F", bound="Callable[..., Any]")

_MOST_NAMES = 5
_LOOKED_AT_BYTES = 1 << 20

USUAL = Path("profile.yaml")
"""Where `init` writes a profile, and what a command means that is given none."""


def profile_paths(given: tuple[Path, ...]) -> list[Path]:
    """The profiles meant: a directory means the YAML files in it that hold no Kubernetes objects."""
    from redismanifests.core.object import holds_objects

    paths: list[Path] = []
    skipped: list[Path] = []
    for path in given:
        if not is_directory(path):
            paths.append(path)
            continue
        found = yaml_files(path)
        held = [file for file in found if holds_objects(_beginning(file))]
        # A folder of objects only is someone's mistake, and the first of them says which.
        skipped += held if len(held) < len(found) else []
        paths += [file for file in found if file not in held or len(held) == len(found)]
    if skipped := each_once(skipped):
        click.echo(skipped_text(skipped), err=True)
    return each_once(paths)


def each_once(paths: Iterable[Path]) -> list[Path]:
    """The files under the first name that each was given, in the order of these names."""
    found: dict[str, Path] = {}
    for path in paths:
        found.setdefault(_entry(path), path)
    return list(found.values())


def _entry(path: Path) -> str:
    """Where a file is, whatever folder it is seen from.

    A link to a file is one of its own: what is rendered has the name of the link.
    """
    return os.path.join(os.path.realpath(path.parent), path.name)  # noqa: PTH118 (never raises, unlike resolve)


def skipped_text(skipped: Sequence[Path]) -> str:
    """That files beside profiles hold Kubernetes objects, on one line."""
    from redismanifests.core.sources.source import printable
    from redismanifests.core.values.scalar import shortened

    names = shortened([path.name for path in skipped], _MOST_NAMES)
    return printable(f"{len(skipped)} Kubernetes file{'s' * (len(skipped) > 1)} skipped: {names}")


def yaml_files(directory: Path) -> list[Path]:
    """The YAML files of a directory, but hidden ones and kustomize's own; a usage error where there is none."""
    found = sorted(
        p
        for p in _entries(directory)
        if p.suffix in (".yaml", ".yml") and not p.name.startswith(".") and p.stem != "kustomization"
    )
    if not found:
        raise click.UsageError(f"{directory} holds no profile: no file in it ends in .yaml")
    return found


def _beginning(path: Path) -> str:
    """Enough of a file to see what it is; what cannot be read is reported later."""
    from redismanifests.core.sources.reading import bounded

    try:
        return bounded(path, _LOOKED_AT_BYTES).decode("utf-8-sig", errors="replace")
    except (OSError, ValueError):
        return ""


def read_deployed(given: str) -> Deployed:
    """What is deployed: a folder, a file, or `-`: what kubectl printed, on standard input."""
    from redismanifests.core.sources.reading import bounded, not_read
    from redismanifests.judge import update as against

    if given == "-":
        return against.from_text("standard input", bounded(Path(given), against.MAX_BYTES))
    path = Path(given)
    if is_directory(path):
        return against.from_folder(path)
    try:
        return against.from_text(given, bounded(path, against.MAX_BYTES))
    except (OSError, ValueError) as error:
        raise not_read(given, error, "name a folder, a file, or - for standard input") from None


def is_directory(path: Path) -> bool:
    """Whether ``path`` is a directory; False where this is unknown: reading it reports why."""
    from redismanifests.core.sources.reading import is_standard_input

    return not is_standard_input(path) and os.path.isdir(path)  # noqa: PTH112 (Path.is_dir raises for a name that is too long)


def _entries(directory: Path) -> list[Path]:
    try:
        return list(directory.iterdir())
    except OSError as error:
        raise RedismanifestsError(
            f"{directory} cannot be listed: {error.strerror}", "name a directory that you may read"
        ) from None
