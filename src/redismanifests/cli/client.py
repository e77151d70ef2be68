"""Client: the settings that an application needs for a deployment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from redismanifests.cli.option import format_option, profile_argument
from redismanifests.client.settings import LIBRARIES, client
from redismanifests.core.source import source_from_file
from redismanifests.form import profile_from

if TYPE_CHECKING:
    from pathlib import Path


@click.command(name="client")
@profile_argument
@click.argument("library", type=click.Choice(tuple(LIBRARIES)))
@format_option("text", "json")
def command(profile: Path, library: str, form: str) -> None:
    """Print what an application with LIBRARY must set to live through a failover of PROFILE: Sentinels, time-outs,
    retries, and what to beware of.

    The text is code: redirect it into a file of the application. It never holds a password.
    """
    made = client(profile_from(source_from_file(profile)), library, profile.name)
    if form == "json":
        from redismanifests.report.client import client_json

        click.echo(client_json(made), nl=False)
    else:
        click.echo(made.code, nl=False)
