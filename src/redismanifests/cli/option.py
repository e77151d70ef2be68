"""Option: arguments that several commands take, said once."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from redismanifests.errors import ProfileRefused, RedismanifestsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from redismanifests.against import Deployed
    from redismanifests.review import Review

F = TypeVar("F", bound="Callable[..., Any]")

profile_argument = click.argument("profile", type=click.Path(path_type=Path))
profiles_argument = click.argument("profiles", nargs=-1, required=True, type=click.Path(path_type=Path))
limits_option = click.option(
    "--limits",
    multiple=True,
    type=click.Path(path_type=Path),
    help="File with the namespace's LimitRange, ResourceQuota and Namespace objects; takes the place of those that "
    "the profile names.",
)


def duration(ctx: click.Context, param: click.Parameter, given: str) -> float:
    """A duration on the command line, in seconds."""
    from redismanifests.core.duration import Duration

    try:
        return Duration.parse(given).milliseconds / 1000
    except ValueError as error:
        raise click.BadParameter(str(error), ctx, param) from None


def cluster_options(command: F) -> F:
    """`--context`, `--kubeconfig` and `--namespace`, as kubectl takes them."""
    for option in (
        click.option(
            "-n", "--namespace", metavar="NAME", help="Namespace to look at; the profile's, where not said."
        ),
        click.option(
            "--kubeconfig", metavar="FILE", default="", help="Kubeconfig; KUBECONFIG is read as kubectl does."
        ),
        click.option(
            "--context", metavar="NAME", default="", help="Context of the kubeconfig; the current one."
        ),
    ):
        command = option(command)
    return command


def format_option(*formats: str) -> Callable[[F], F]:
    """`--format`, the first one by default."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(formats),
        default=formats[0],
        show_default=True,
        help="Form of the output.",
    )


def profile_paths(given: tuple[Path, ...]) -> list[Path]:
    """The profiles meant: a directory means the YAML files in it."""
    paths: list[Path] = []
    for path in given:
        if is_directory(path):
            found = sorted(
                p for p in _entries(path) if p.suffix in (".yaml", ".yml") and not p.name.startswith(".")
            )
            if not found:
                raise click.UsageError(f"{path} holds no profile: no file in it ends in .yaml")
            paths += found
        else:
            paths.append(path)
    return paths


def read_deployed(given: str) -> Deployed:
    """What is deployed: a folder, a file, or `-`: what kubectl printed, on standard input."""
    from redismanifests import against

    if given == "-":
        return against.from_text("standard input", sys.stdin.buffer.read())
    path = Path(given)
    if is_directory(path):
        return against.from_folder(path)
    try:
        return against.from_text(given, path.read_bytes())
    except OSError as error:
        raise RedismanifestsError(
            f"{given} cannot be read: {error.strerror}", "name a folder, a file, or - for standard input"
        ) from None


def reviewed_in(path: Path, limits: tuple[Path, ...], namespace: str | None) -> Review:
    """A profile that is not refused, in another namespace than its own where ``--namespace`` names one.

    Raises ProfileRefused, and RedismanifestsError where the profile gives its namespace in a way that cannot be edited.
    """
    from redismanifests.core.source import source_from_file
    from redismanifests.review import review_of

    source = source_from_file(path)
    if namespace:
        from redismanifests.core.edit import NotEditable, edited
        from redismanifests.core.findings import Change

        try:
            source = edited(source, Change(("namespace",), namespace))
        except NotEditable as error:
            raise RedismanifestsError(f"--namespace: {error}", "set it in a copy of the profile") from None
    reviewed = review_of(source, limits)
    if reviewed.refused:
        raise ProfileRefused(reviewed.findings)
    return reviewed


def is_directory(path: Path) -> bool:
    """Whether ``path`` is a directory; what cannot be asked is none, and is then told of when it is read."""
    return os.path.isdir(path)  # noqa: PTH112 (Path.is_dir raises for a name that is too long)


def _entries(directory: Path) -> list[Path]:
    try:
        return list(directory.iterdir())
    except OSError as error:
        raise RedismanifestsError(
            f"{directory} cannot be listed: {error.strerror}", "name a directory that you may read"
        ) from None
