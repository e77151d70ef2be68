"""Render: write the manifests of profiles to a folder, show them, or say what would change."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from redismanifests import folder
from redismanifests.cli.option import is_directory, limits_option, profile_paths, profiles_argument
from redismanifests.cli.trouble import show, show_findings
from redismanifests.core.findings import Severity
from redismanifests.errors import RedismanifestsError
from redismanifests.review import Review, review, update_findings

if TYPE_CHECKING:
    from collections.abc import Sequence


@click.command(name="render")
@profiles_argument
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    default=Path("rendered"),
    show_default=True,
    help="Folder to write; with several profiles, one sub-folder each.",
)
@limits_option
@click.option("--check", is_flag=True, help="Write nothing; exit 1 with the differences if there are any.")
@click.option("--stdout", is_flag=True, help="Print the objects instead of writing them, and nothing else.")
@click.option(
    "--force", is_flag=True, help="Replace files of the same name that were edited or are not ours."
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
) -> None:
    """Write the manifests of PROFILES (files, or directories of them), ready for `kubectl apply -f`.

    The folder is written whole or not at all. Only files that redismanifests wrote and nobody edited are replaced.
    """
    if check and stdout:
        raise click.UsageError("--check writes nothing and --stdout prints everything: use one of them")
    paths = profile_paths(profiles)
    many = len(paths) > 1 or any(map(is_directory, profiles))
    folders = _folders(paths, output, many)
    codes = []
    for number, path in enumerate(paths, 1):
        _progress(number, len(paths), path)
        try:
            reviewed = review(path, limits)
            codes.append(_done(reviewed, folders[path], check, stdout, force))
        except RedismanifestsError as error:
            _progress_end(len(paths))
            show(error)
            codes.append(error.exit_code)
    _progress_end(len(paths))
    if many and not stdout:
        failed = sum(code == 2 for code in codes)
        click.echo(
            f"{len(paths) - failed} of {len(paths)} profiles {'checked' if check else 'rendered'}", err=True
        )
    ctx.exit(max(codes))


def _done(reviewed: Review, target: Path, check: bool, stdout: bool, force: bool) -> int:
    rendered = reviewed.accepted()
    show_findings(reviewed.findings)
    if stdout:
        click.echo(b"---\n".join(rendered.files.values()), nl=False)
        return 0
    if check:
        from redismanifests import diff

        plan = folder.plan(target, rendered.files)
        _warn_of_update(reviewed, plan)
        text = diff.unified(plan.before, plan.after)
        click.echo(diff.coloured(text) if sys.stdout.isatty() else text, nl=False)
        for refusal in plan.refused:
            click.echo(f"{target / refusal.name}: {refusal.reason}", err=True)
        return 1 if plan.differs else 0
    plan = folder.write(target, rendered.files, overwrite=force)
    _warn_of_update(reviewed, plan)
    click.echo(_summary(target, plan))
    return 0


def _warn_of_update(reviewed: Review, plan: folder.Plan) -> None:
    """What is committed is mostly what is deployed: say now what applying the new folder would be refused for.

    A warning, whatever its severity: the folder itself is right, and perhaps was never applied.
    """
    if plan.before and (plan.changed or plan.removed):
        from redismanifests.against import from_files

        try:
            found = update_findings(reviewed, from_files(plan.before))
        except RedismanifestsError:
            return  # the files were edited into something else; the difference shows it
        show_findings([finding._replace(severity=Severity.WARNING) for finding in found])


def _summary(target: Path, plan: folder.Plan) -> str:
    parts = (("added", plan.added), ("changed", plan.changed), ("removed", plan.removed))
    changes = ", ".join(f"{len(names)} {word}" for word, names in parts if names)
    return f"{target}: {len(plan.after)} objects, {changes or 'nothing to change'}"


def _folders(paths: Sequence[Path], output: Path, many: bool) -> dict[Path, Path]:
    """The folder of each profile: the output itself, or a sub-folder named after the profile's file."""
    if not many:
        return {paths[0]: output}
    by_name: dict[str, Path] = {}
    for path in paths:
        other = by_name.setdefault(path.stem, path)
        if other is not path:
            raise click.UsageError(f"{other} and {path} would both be rendered to {output / path.stem}")
    return {path: output / name for name, path in by_name.items()}


def _progress(number: int, total: int, path: Path) -> None:
    if total > 1 and sys.stderr.isatty():
        click.echo(f"\r\x1b[K{number}/{total} {path.name}", err=True, nl=False)


def _progress_end(total: int) -> None:
    if total > 1 and sys.stderr.isatty():
        click.echo("\r\x1b[K", err=True, nl=False)
