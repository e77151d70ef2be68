"""Diff: what rendering would change in a folder."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from redismanifests.cli.colour import coloured
from redismanifests.cli.option import FILE, limits_option, profile_argument, usual_profile
from redismanifests.cli.output import show_findings
from redismanifests.cli.paths import is_directory
from redismanifests.cli.width import say
from redismanifests.errors import FolderError

if TYPE_CHECKING:
    from redismanifests.render import output as folder

_USUAL = Path("rendered")


@click.command(name="diff")
@profile_argument
@click.argument("directory", required=False, type=FILE)
@click.option("--stat", is_flag=True, help="Only the files that differ, with the lines added and removed.")
@limits_option
@click.pass_context
def command(
    ctx: click.Context, profile: Path, directory: Path | None, stat: bool, limits: tuple[Path, ...]
) -> None:
    """Show as a unified diff what rendering PROFILE would change in DIRECTORY (default: rendered).

    Exits like kubectl diff: 0 no difference, 1 differences, 2 trouble.
    """
    from redismanifests.judge.review import review
    from redismanifests.render import diff
    from redismanifests.render import output as folder

    if directory is None:
        # A folder alone is what to compare with, not what to render.
        alone = is_directory(profile)
        directory, profile = (profile, usual_profile(ctx)) if alone else (_USUAL, profile)
    reviewed = review(profile, limits)
    plan = folder.plan(directory, reviewed.accepted().files)
    show_findings(reviewed.findings)
    if reason := nothing_there(directory, plan):
        raise FolderError(reason, _fix(profile, directory))
    text = diff.unified(plan.before, plan.after)
    if stat:
        click.echo(diff.statistics(plan.before, plan.after), nl=False)
    else:
        click.echo(diff.coloured(text) if coloured(sys.stdout) else text, nl=False)
    for refusal in plan.refused:
        say(f"{directory / refusal.name}: {refusal.reason}", err=True)
    ctx.exit(1 if plan.differs else 0)


def nothing_there(directory: Path, plan: folder.Plan) -> str:
    """Why there is nothing to compare with; empty where there is something."""
    if plan.before or plan.refused:
        return ""
    what = "holds nothing that was rendered" if os.path.lexists(directory) else "there is no such folder"
    return f"{directory}: {what}, so all {len(plan.after)} files would be new"


def _fix(profile: Path, directory: Path) -> str:
    from difflib import get_close_matches

    try:
        names = [each.name for each in directory.parent.iterdir() if each.is_dir()]
    except OSError:
        names = []
    near = [] if directory.name in names else get_close_matches(directory.name, names, n=1)
    where = "" if directory == _USUAL else f" -o {directory}"
    render = f"redismanifests render {profile}{where}"
    return (
        f"did you mean {directory.with_name(near[0])}? or write it: {render}"
        if near
        else f"write it: {render}"
    )
