"""Option: arguments that several commands take, said once."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from redismanifests.cli.paths import each_once
from redismanifests.core.findings import ProfileRefused
from redismanifests.errors import RedismanifestsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from redismanifests.judge.review import Review

F = TypeVar("F", bound="Callable[..., Any]")

_MOST_NAMES = 5
_LOOKED_AT_BYTES = 1 << 20

FILE = click.Path(readable=False, path_type=Path)
"""A path that the command itself opens: its message says how to permit reading, and click's would not."""
USUAL = Path("profile.yaml")
"""Where `init` writes a profile, and what a command means that is given none."""


def usual_profile(ctx: click.Context) -> Path:
    """The profile of the current folder, for a command that was given none; a usage error where there is none."""
    if not os.path.lexists(USUAL):
        raise click.UsageError(
            f"no profile is named, and there is no {USUAL} here: name one, or start one: redismanifests init",
            ctx,
        )
    return USUAL


def _one(ctx: click.Context, param: click.Parameter, given: Path | None) -> Path:
    return given or usual_profile(ctx)


def _several(ctx: click.Context, param: click.Parameter, given: tuple[Path, ...]) -> tuple[Path, ...]:
    # The files of a commit may be none.
    return given if given or ctx.params.get("changed") else (usual_profile(ctx),)


def _files(ctx: click.Context, param: click.Parameter, given: tuple[Path, ...]) -> tuple[Path, ...]:
    return tuple(each_once(given))


profile_argument = click.argument("profile", required=False, callback=_one, type=FILE)
profiles_argument = click.argument(
    "profiles",
    nargs=-1,
    metavar="[PROFILES]...",
    callback=_several,
    type=FILE,
)
limits_option = click.option(
    "--limits",
    multiple=True,
    callback=_files,
    envvar="REDISMANIFESTS_LIMITS",
    type=FILE,
    help="File with the namespace's LimitRange, ResourceQuota and Namespace objects; takes the place of those that "
    "the profile names.",
)


def duration(ctx: click.Context, param: click.Parameter, given: str) -> float:
    """A duration on the command line, in seconds."""
    from redismanifests.core.values.duration import Duration

    try:
        return Duration.parse(given).milliseconds / 1000
    except ValueError as error:
        raise click.BadParameter(str(error), ctx, param) from None


def cluster_options(command: F) -> F:
    """`--context`, `--kubeconfig` and `--namespace`, as kubectl takes them."""
    for option in (
        click.option(
            "-n", "--namespace", metavar="NAME", help="Namespace of the deployment  [default: the profile's]"
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


def reviewed_in(path: Path, limits: tuple[Path, ...], namespace: str | None) -> Review:
    """A profile that is not refused, in another namespace than its own where ``--namespace`` names one.

    Raises ProfileRefused, and RedismanifestsError where the profile gives its namespace in a way that cannot be edited.
    """
    from redismanifests.core.sources.source import source_from_file
    from redismanifests.judge.review import review_of

    source = source_from_file(path)
    if namespace:
        from redismanifests.core.findings import Change
        from redismanifests.core.sources.edit import NotEditable, edited

        try:
            source = edited(source, Change(("namespace",), namespace))
        except NotEditable as error:
            raise RedismanifestsError(f"--namespace: {error}", "set it in a copy of the profile") from None
    reviewed = review_of(source, limits)
    if reviewed.refused:
        raise ProfileRefused(reviewed.findings)
    return reviewed
