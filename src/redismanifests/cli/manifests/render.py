"""Render: write the manifests of profiles to a folder, show them, or say what would change."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from redismanifests.cli.colour import redrawn
from redismanifests.cli.manifests.writing import Writing
from redismanifests.cli.option import FILE, limits_option, profiles_argument
from redismanifests.cli.output import show_trouble
from redismanifests.cli.paths import is_directory, profile_paths
from redismanifests.cli.width import say
from redismanifests.core.sources.source import printable
from redismanifests.errors import RedismanifestsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redismanifests.cli.manifests.prepared import Ready


@click.command(name="render")
@profiles_argument
@click.option(
    "--output",
    "-o",
    type=FILE,
    default=Path("rendered"),
    show_default=True,
    envvar="REDISMANIFESTS_OUTPUT",
    help="Folder to write; with several profiles, one sub-folder each.",
)
@limits_option
@click.option("--check", is_flag=True, help="Write nothing; exit 1 with the differences if there are any.")
@click.option("--stdout", is_flag=True, help="Print the objects instead of writing them, and nothing else.")
@click.option(
    "--force", is_flag=True, help="Replace files of the same name that were edited or are not ours."
)
@click.option(
    "--replace", is_flag=True, help="Replace the files of another deployment, which then leave the folder."
)
@click.pass_context
def command(
    ctx: click.Context,
    profiles: tuple[Path, ...],
    output: Path,
    limits: tuple[Path, ...],
    check: bool,
    stdout: bool,
    force: bool,
    replace: bool,
) -> None:
    """Write the manifests of PROFILES (files, or directories of them), ready for `kubectl apply -f`.

    The folder is written whole or not at all. Only files that redismanifests wrote and no one edited are replaced, and
    only by those of the same deployment (name and namespace).
    """
    from redismanifests.cli.manifests.prepared import Prepared
    from redismanifests.render.output import tenant

    if check and stdout:
        raise click.UsageError("--check writes nothing and --stdout prints everything: use one of them")
    paths = profile_paths(profiles)
    many = len(paths) > 1 or any(map(is_directory, profiles))
    folders = _folders(paths, output, many)
    write = Writing(check, stdout, force, replace, many)
    codes: dict[Path, int] = {}

    def refused(path: Path, error: RedismanifestsError) -> int:
        _progress_end(len(paths))
        show_trouble(error)
        write.refused(folders[path])
        return error.exit_code

    def done(path: Path, ready: Ready) -> int:
        try:
            return write.done(ready, folders[path])
        except RedismanifestsError as error:
            return refused(path, error)

    with Prepared(paths, limits, done) as prepared:
        for number, (path, error) in enumerate(prepared.each(), 1):
            _progress(number, len(paths), path)
            if error is not None:
                codes[path] = refused(path, error)
        codes.update(prepared.codes())
    _progress_end(len(paths))
    if many and not stdout:
        failed = sum(code == 2 for code in codes.values())
        say(f"{len(paths) - failed} of {len(paths)} profiles {'checked' if check else 'rendered'}", err=True)
    stale = [] if stdout else tenant.leftovers(output, folders.values())
    for each in stale:
        say(f"warning: {each}", err=True)
    ctx.exit(max(*codes.values(), 1 if check and stale else 0))


def _folders(paths: Sequence[Path], output: Path, many: bool) -> dict[Path, Path]:
    """The folder of each profile: the output itself, or a sub-folder named after the profile's file."""
    from redismanifests.core.sources.reading import is_standard_input
    from redismanifests.render.output import tenant

    if not many:
        return {paths[0]: output}
    if any(map(is_standard_input, paths)):
        raise click.UsageError("standard input has no name for a sub-folder: render it alone")
    if wrong := list(tenant.stem_fault(paths)):
        raise click.UsageError(
            f"{', '.join(wrong)}: the name without its ending names no sub-folder: rename it"
        )
    by_name: dict[str, Path] = {}
    for path in paths:
        other = by_name.setdefault(path.stem, path)
        if other is not path:
            raise click.UsageError(f"{other} and {path} would both be rendered to {output / path.stem}")
    return {path: output / name for name, path in by_name.items()}


def _progress(number: int, total: int, path: Path) -> None:
    if total > 1 and redrawn(sys.stderr):
        click.echo("\r\x1b[K" + printable(f"{number}/{total} {path.name}"), err=True, nl=False)


def _progress_end(total: int) -> None:
    if total > 1 and redrawn(sys.stderr):
        click.echo("\r\x1b[K", err=True, nl=False)
