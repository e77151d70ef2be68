"""Client: the settings that an application needs for a deployment."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from redismanifests.cli.option import usual_profile
from redismanifests.cli.output import format_option, show

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def _completed(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    from redismanifests.render.client_settings.settings import LIBRARIES

    return [CompletionItem(name) for name in LIBRARIES if name.startswith(incomplete)]


def _meant(ctx: click.Context, words: tuple[str, ...]) -> tuple[Path, str]:
    """Profile and library, in whichever order they were given."""
    from redismanifests.render.client_settings.settings import LIBRARIES

    known = f"name one of {', '.join(LIBRARIES)}"
    libraries = [word for word in words if word in LIBRARIES]
    others = [word for word in words if word not in LIBRARIES]
    if len(words) > 2 or len(libraries) > 1 or len(others) > 1:
        wrong = next((word for word in others if not os.path.lexists(word)), "")
        raise click.UsageError(
            f"no settings are known for {wrong}: {known}"
            if len(words) == 2 and wrong
            else f"give one profile and one library: {known}",
            ctx,
        )
    if not libraries:
        what = (
            f"no settings are known for {others[0]}"
            if others and not os.path.lexists(others[0])
            else "no library"
        )
        raise click.UsageError(f"{what}: {known}", ctx)
    return Path(others[0]) if others else usual_profile(ctx), libraries[0]


@click.command(name="client", options_metavar="[OPTIONS] [PROFILE] LIBRARY")
@click.argument("words", nargs=-1, metavar="", shell_complete=_completed)
@format_option()
@click.pass_context
def command(ctx: click.Context, words: tuple[str, ...], form: str) -> None:
    """Print what an application with LIBRARY must set to live through a failover of PROFILE: Sentinels, time-outs,
    retries, and what to beware of.

    LIBRARY is one of django, celery, redis-py, jedis, lettuce, go-redis, ioredis, stackexchange.

    The text is code: redirect it into a file of the application. It never holds a password.
    """
    from redismanifests.core.sources.reading import shown
    from redismanifests.core.sources.source import source_from_file
    from redismanifests.present.documents.client import client as document
    from redismanifests.profile.form import profile_from
    from redismanifests.render.client_settings.settings import client

    profile, library = _meant(ctx, words)
    made = client(profile_from(source_from_file(profile)), library, shown(Path(profile.name)))
    show(document(made), form)
