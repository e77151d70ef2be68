"""Show: the whole effective profile, with where each value came from."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from redismanifests.cli.option import format_option, limits_option, profile_argument
from redismanifests.cli.table import table_option, with_namespaces
from redismanifests.core.source import source_from_file
from redismanifests.effective import effective
from redismanifests.form import profile_from
from redismanifests.report.effective import effective_json, effective_text

if TYPE_CHECKING:
    from pathlib import Path


@click.command(name="show")
@profile_argument
@table_option
@limits_option
@format_option("text", "json")
def command(profile: Path, table: bool, limits: tuple[Path, ...], form: str) -> None:
    """Print every setting of PROFILE as it holds: written, default or computed, and why."""
    if limits and not table:
        raise click.UsageError("--limits are those of the namespace: use --table as well")
    source = source_from_file(profile)
    settings = list(effective(profile_from(source), source))
    text = (
        effective_json(settings) if form == "json" else effective_text(settings, colour=sys.stdout.isatty())
    )
    if table:
        text = with_namespaces(text, "settings", [profile], limits, form)
    click.echo(text, nl=False)
