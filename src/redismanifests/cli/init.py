"""Init: a commented starting profile, and the schema that editors read it with."""

from __future__ import annotations

import os
from pathlib import Path

import click

from redismanifests.data import data_folder
from redismanifests.errors import FolderError

SCHEMA = "redismanifests.schema.json"


@click.command(name="init")
@click.argument("file", type=click.Path(path_type=Path), default=Path("profile.yaml"))
@click.option("--from", "origin", default="starter", help="Copy one of `redismanifests profiles` instead.")
def command(file: Path, origin: str) -> None:
    """Write a commented starting profile to FILE (profile.yaml, where not said); nothing is overwritten."""
    source = data_folder("profiles") / f"{origin}.yaml"
    if origin == "starter":
        source = data_folder("profiles") / "starter" / "profile.yaml"
    if not source.is_file() or Path(origin).name != origin:
        raise click.UsageError(f"there is no profile {origin}: `redismanifests profiles` lists them")
    profiles = data_folder("profiles")
    files = {file: source, file.parent / SCHEMA: profiles / SCHEMA}
    limits = profiles / "limits" / f"{origin}.yaml"
    if limits.is_file():
        files[file.parent / "limits" / limits.name] = limits
    same = {target for target, origin_file in files.items() if _holds(target, origin_file)}
    taken = [str(target) for target in files if target not in same and os.path.lexists(target)]
    if taken:
        raise FolderError(
            f"{', '.join(taken)}: already there, and nothing is overwritten", "name another file"
        )
    for target, origin_file in files.items():
        if target not in same:
            _copy(origin_file, target)
            click.echo(f"{target} written")
    click.echo(f"next: edit {file}, then: redismanifests render {file}")


def _holds(target: Path, origin: Path) -> bool:
    try:
        return target.read_bytes() == origin.read_bytes()
    except OSError:
        return False


def _copy(origin: Path, target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as stream:
            stream.write(origin.read_bytes())
    except OSError as error:
        raise FolderError(
            f"{target} cannot be written: {error.strerror}", "choose a folder you may write to"
        ) from None
