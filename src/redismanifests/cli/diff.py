"""Diff: what rendering would change in a folder."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from redismanifests import diff, folder
from redismanifests.cli.option import limits_option, profile_argument
from redismanifests.cli.trouble import show_findings
from redismanifests.review import review


@click.command(name="diff")
@profile_argument
@click.argument("directory", type=click.Path(path_type=Path), default=Path("rendered"))
@limits_option
@click.pass_context
def command(ctx: click.Context, profile: Path, directory: Path, limits: tuple[Path, ...]) -> None:
    """Show as a unified diff what rendering PROFILE would change in DIRECTORY (rendered, where not said).

    Exits like kubectl diff: 0 no difference, 1 differences, 2 trouble.
    """
    reviewed = review(profile, limits)
    plan = folder.plan(directory, reviewed.accepted().files)
    show_findings(reviewed.findings)
    text = diff.unified(plan.before, plan.after)
    click.echo(diff.coloured(text) if sys.stdout.isatty() else text, nl=False)
    for refusal in plan.refused:
        click.echo(f"{directory / refusal.name}: {refusal.reason}", err=True)
    ctx.exit(1 if plan.differs else 0)
