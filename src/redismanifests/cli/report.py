"""Report: compare two reports of verifications, or show one again in another form."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from redismanifests.cli.option import format_option
from redismanifests.errors import RedismanifestsError

if TYPE_CHECKING:
    from redismanifests.verification import Verification

_report = click.Path(path_type=Path)


@click.group(name="report")
def command() -> None:
    """Work with the JSON reports that `verify --report FILE.json` writes."""


@command.command()
@click.argument("old", type=_report)
@click.argument("new", type=_report)
@format_option("text", "json", "markdown")
@click.pass_context
def diff(ctx: click.Context, old: Path, new: Path, form: str) -> None:
    """Tell what got better or worse from the report OLD to the report NEW.

    Checks, requirements and drills are judged, figures (outage, lag, memory) are told.

    Exits 0 if nothing got worse, 1 if something did, 2 if a report cannot be read.
    """
    from redismanifests.report.verification.comparison import (
        comparison_json,
        comparison_markdown,
        comparison_text,
    )
    from redismanifests.verification.comparison import comparison

    found = comparison(_read(old), _read(new))
    if form == "json":
        text = comparison_json(found)
    elif form == "markdown":
        text = comparison_markdown(found)
    else:
        text = comparison_text(found, colour=sys.stdout.isatty())
    click.echo(text, nl=False)
    ctx.exit(1 if found.worse else 0)


@command.command()
@click.argument("file", type=_report)
@click.option(
    "--report",
    "reports",
    metavar="FILE",
    multiple=True,
    type=_report,
    help="Write it there, in the form of the ending: .md, .html, .json or .xml (JUnit); can be given several times.",
)
def show(file: Path, reports: tuple[Path, ...]) -> None:
    """Show the report FILE again: as Markdown, or written in another form."""
    from redismanifests.report.verification import files
    from redismanifests.report.verification.markdown import markdown

    verification = _read(file)
    if not reports:
        click.echo(markdown(verification), nl=False)
    for path in reports:
        files.refuse_loss(path)
    for path in reports:
        files.write(path, verification)
        click.echo(f"report: {path}", err=True)


def _read(path: Path) -> Verification:
    from redismanifests.report.verification.machine import read

    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise RedismanifestsError(f"{path} cannot be read: {error.strerror}", "name a report") from None
    except UnicodeDecodeError:
        raise RedismanifestsError(f"{path} is no text in UTF-8", "name a report") from None
    return read(str(path), text)
