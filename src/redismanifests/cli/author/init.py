"""Init: a commented starting profile, and the schema that editors read it with."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from redismanifests.cli.width import say
from redismanifests.core.data import data_folder
from redismanifests.errors import FolderError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

SCHEMA = "redismanifests.schema.json"


def _completed(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    names = sorted(each.stem for each in data_folder("profiles").glob("*.yaml"))
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


@click.command(name="init")
@click.argument("file", type=click.Path(path_type=Path), default=Path("profile.yaml"))
@click.option(
    "--from",
    "origin",
    default="starter",
    shell_complete=_completed,
    help="Copy one of `redismanifests profiles` instead.",
)
def command(file: Path, origin: str) -> None:
    """Write a commented starting profile to FILE (default: profile.yaml); nothing is overwritten."""
    source = data_folder("profiles") / f"{origin}.yaml"
    if origin == "starter":
        source = data_folder("profiles") / "starter" / "profile.yaml"
    if not source.is_file() or Path(origin).name != origin:
        near = [] if "/" in origin else _near(origin)
        hint = f"did you mean {near[0]}?" if near else "`redismanifests profiles` lists them"
        raise click.UsageError(f"there is no profile {origin}: {hint}")
    profiles = data_folder("profiles")
    files = {file: source, file.parent / SCHEMA: profiles / SCHEMA}
    limits = profiles / "limits" / f"{origin}.yaml"
    if limits.is_file():
        files[file.parent / "limits" / limits.name] = limits
    same = {target for target, origin_file in files.items() if _holds(target, origin_file)}
    taken = [str(target) for target in files if target not in same and os.path.lexists(target)]
    if taken:
        raise FolderError(
            f"{', '.join(taken)}: already there, and nothing is overwritten",
            "edit what is there, or name another file: redismanifests init other/profile.yaml",
        )
    for target, origin_file in files.items():
        if target in same:
            say(f"{target} is there already, and the same: kept")
        else:
            _copy(origin_file, target)
            say(f"{target} written")
    say(f"next: edit {file}, then: redismanifests render {file}")


def _near(origin: str) -> list[str]:
    from difflib import get_close_matches

    return get_close_matches(origin, [each.stem for each in data_folder("profiles").glob("*.yaml")], n=1)


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
