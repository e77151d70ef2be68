"""Show: the whole effective profile, with where each value came from."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import click

from redismanifests.cli import output
from redismanifests.cli.option import FILE, USUAL, limits_option, usual_profile
from redismanifests.cli.table import table_option, with_namespaces
from redismanifests.cli.width import say
from redismanifests.errors import RedismanifestsError

if TYPE_CHECKING:
    from pathlib import Path

_MOST_NEAR = 4
_SETTING = re.compile(r"[A-Za-z]+(\.[A-Za-z]+)*")


def _meant(ctx: click.Context, profile: Path | None, setting: str | None) -> tuple[Path, str | None]:
    """One word that is no file is a setting of profile.yaml; a usage error where there is none."""
    if profile is None:
        return usual_profile(ctx), setting
    is_file = profile.suffix in (".yaml", ".yml", ".json")
    alone = (
        setting is None and not is_file and _SETTING.fullmatch(str(profile)) and not os.path.lexists(profile)
    )
    if alone and not os.path.lexists(USUAL) and _is_setting(str(profile)):
        raise click.UsageError(
            f"{profile} is a setting, and there is no {USUAL} here: name the profile before it", ctx
        )
    return (usual_profile(ctx), str(profile)) if alone and os.path.lexists(USUAL) else (profile, setting)


def _is_setting(name: str) -> bool:
    from redismanifests.profile.place import keys_in_order

    *section, key = name.split(".")
    return key in keys_in_order(tuple(section))


def _near(setting: str, paths: list[tuple[str | int, ...]]) -> str:
    """What was probably meant by a setting that there is none of."""
    from difflib import get_close_matches

    names = {".".join(map(str, path[:end])) for path in paths for end in range(1, len(path) + 1)}
    last = [name for name in sorted(names) if name.rpartition(".")[2].lower() == setting.lower()]
    near = last[:_MOST_NEAR] or get_close_matches(setting, sorted(names), n=1)
    return f"did you mean {' or '.join(near)}?" if near else "redismanifests show PROFILE lists them all"


def _complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    from redismanifests.profile.place import keys_in_order

    section = incomplete.rpartition(".")[0]
    keys = keys_in_order(tuple(section.split(".")) if section else ())
    return [name for key in keys if (name := f"{section}.{key}" if section else key).startswith(incomplete)]


@click.command(name="show")
@click.argument("profile", required=False, type=FILE)
@click.argument("setting", required=False, shell_complete=_complete)
@click.option("--changed", is_flag=True, help="Only what the profile sets.")
@table_option
@limits_option
@output.format_option()
@click.pass_context
def command(
    ctx: click.Context,
    profile: Path | None,
    setting: str | None,
    changed: bool,
    table: bool,
    limits: tuple[Path, ...],
    form: str,
) -> None:
    """Print every setting of PROFILE as it holds: written, default or computed, and why.

    SETTING (sentinel, redis.aof) shows the settings of one section only.
    """
    from redismanifests.core.sources.source import source_from_file
    from redismanifests.present.documents import effective as shown
    from redismanifests.profile.effective import effective
    from redismanifests.profile.form import profile_from

    profile, setting = _meant(ctx, profile, setting)
    if limits and not table:
        raise click.UsageError("--limits are those of the namespace: use --table as well")
    source = source_from_file(profile)
    settings = list(effective(profile_from(source), source))
    paths = [each.path for each in settings]
    if setting:
        wanted = tuple(setting.lower().split("."))
        settings = [
            each
            for each in settings
            if tuple(str(step).lower() for step in each.path[: len(wanted)]) == wanted
        ]
        if not settings:
            raise RedismanifestsError(f"a profile has no setting {setting}", _near(setting, paths))
    if changed:
        settings = [each for each in settings if each.origin == "profile"]
    if not settings:
        say("the profile sets nothing" + (f" below {setting}" if setting else ""), err=True)
    document = shown.effective(settings)
    if table:
        document = with_namespaces(document, "settings", [profile], limits)
    output.show(document, form, fit=True)
