"""Backup: what is in the store of a profile, and whether it can be restored."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from redismanifests.cli.option import FILE, profile_argument
from redismanifests.cli.output import format_option, show
from redismanifests.errors import RedismanifestsError

if TYPE_CHECKING:
    from pathlib import Path

    from redismanifests.profile.model import Profile
    from redismanifests.prove.backups.backups import Store

env_file_option = click.option(
    "--env-file",
    type=FILE,
    help="File with NAME=VALUE lines: the variables of rclone for the store, beside those of the environment.",
)


@click.group(name="backup")
def command() -> None:
    """Look into the store of a profile's backups, with the rclone on PATH."""


@command.command(name="list")
@profile_argument
@env_file_option
@format_option()
@click.pass_context
def listed(ctx: click.Context, profile: Path, env_file: Path | None, form: str) -> None:
    """List every backup of PROFILE, and the times that segments reach.

    Exits 0 if there is one that can be restored, 1 if not, 2 if the store cannot be read.
    """
    from redismanifests.present.documents.backups import backups
    from redismanifests.profile.derived.backup.segments import segments_of

    read, store = _opened(profile, env_file)
    found = store.found(read)
    chains = _opened(profile, env_file, of_segments=True)[1].chains() if segments_of(read) else None
    show(backups(f"{read.name} in {read.namespace}", found, read=False, chains=chains), form)
    ctx.exit(0 if any(not each.problem for each in found) else 1)


@command.command()
@profile_argument
@click.option("--id", "ids", multiple=True, help="Only this backup; the default is every one.")
@env_file_option
@format_option()
@click.pass_context
def check(ctx: click.Context, profile: Path, ids: tuple[str, ...], env_file: Path | None, form: str) -> None:
    """Read every dump to its end, and compare its sum.

    The sum is in the manifest of each backup of PROFILE. Segments are read as well, where there are some.

    Exits 0 if all are as they were stored, 1 if one is not or there is none, 2 if the store cannot be read.
    """
    from redismanifests.present.documents.backups import backups
    from redismanifests.profile.derived.backup.segments import segments_of
    from redismanifests.prove.backups.segments import checked as checked_chains

    read, store = _opened(profile, env_file)
    found = store.found(read)
    unknown = [each for each in ids if each not in {backup.id for backup in found}]
    if unknown:
        raise RedismanifestsError(
            f"no backup has the id {unknown[0]}", "`redismanifests backup list` prints the ids"
        )
    checked = tuple(store.checked(each) for each in found if not ids or each.id in ids)
    chains = None
    if segments_of(read) and not ids:
        beside = _opened(profile, env_file, of_segments=True)[1]
        chains = tuple(checked_chains(beside, beside.chains()))
    show(backups(f"{read.name} in {read.namespace}", checked, read=True, chains=chains), form)
    damaged = any(each.problem for each in checked) or any(each.problem for each in chains or ())
    ctx.exit(0 if checked and not damaged else 1)


def _opened(profile: Path, env_file: Path | None, *, of_segments: bool = False) -> tuple[Profile, Store]:
    from redismanifests.core.sources.source import source_from_file
    from redismanifests.profile.form import profile_from
    from redismanifests.prove.backups.backups import Store

    read = profile_from(source_from_file(profile))
    environment = {**os.environ, **(_variables(env_file) if env_file else {})}
    return read, Store.opened(read, environment, of_segments=of_segments)


def _variables(path: Path) -> dict[str, str]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise RedismanifestsError(
            f"{path} cannot be read: {reason}", "name a file of NAME=VALUE lines"
        ) from None
    found: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        name, equals, value = line.strip().partition("=")
        if not name or name.startswith("#"):
            continue
        # The line itself may be a secret.
        if not equals or not name.isidentifier():
            raise RedismanifestsError(f"{path}: line {number} is not NAME=VALUE", "write one variable a line")
        found[name] = value.strip().strip("\"'")
    return found
