"""Init: a commented starting profile, and the schema that editors read it with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from redismanifests.cli.author.starting import new_file, schema_beside, write_new
from redismanifests.cli.width import say
from redismanifests.core.data import data_folder

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def _completed(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    names = sorted(each.stem for each in data_folder("profiles").glob("*.yaml"))
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


@click.command(name="init")
@click.argument("file", type=click.Path(readable=False), default="profile.yaml", callback=new_file)
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
    limits = data_folder("profiles") / "limits" / f"{origin}.yaml"
    schema, content = schema_beside(file)
    files = {file: source.read_bytes(), schema: content}
    if limits.is_file():
        files[file.parent / "limits" / limits.name] = limits.read_bytes()
    write_new(files, "edit what is there, or name another file: redismanifests init other/profile.yaml")
    say(f"next: edit {file}, then: redismanifests render {file}")


def _near(origin: str) -> list[str]:
    from difflib import get_close_matches

    return get_close_matches(origin, [each.stem for each in data_folder("profiles").glob("*.yaml")], n=1)
