"""Report: compare two reports of verifications, or show one again in another form."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from redismanifests.cli import output
from redismanifests.cli.reporting import read_text
from redismanifests.cli.width import say
from redismanifests.errors import RedismanifestsError
from redismanifests.present.writers import REPORT, Part, endings, formats

if TYPE_CHECKING:
    from redismanifests.prove.result.verification import Verification

_report = click.Path(path_type=Path)


@click.group(name="report")
def command() -> None:
    """Work with the JSON reports that `verify --report FILE.json` writes."""


@command.command()
@click.argument("old", type=_report)
@click.argument("new", type=_report)
@output.format_option(Part.PAGE)
@click.pass_context
def diff(ctx: click.Context, old: Path, new: Path, form: str) -> None:
    """Print what became better or worse between the reports OLD and NEW.

    Checks, requirements and drills are judged, figures (outage, lag, memory) are only printed.

    Exits 0 if nothing got worse, 1 if something did, 2 if a report cannot be read.
    """
    from redismanifests.present.documents.comparison import compared
    from redismanifests.prove.result.comparison import comparison

    found = comparison(_read(old), _read(new))
    output.show(compared(found), form)
    ctx.exit(1 if found.worse else 0)


@command.command()
@click.argument("file", type=_report)
@click.option(
    "--report",
    "reports",
    metavar="FILE",
    multiple=True,
    type=_report,
    help=f"Write it there, in the format of its ending: {', '.join(endings(*REPORT))}; can be given several times.",
)
def show(file: Path, reports: tuple[Path, ...]) -> None:
    """Show the report FILE again: as Markdown, or written in another form."""
    from redismanifests.present.documents.verification import verified
    from redismanifests.present.verification import files

    verification = _read(file)
    if not reports:
        output.show(verified(verification), formats(Part.PAGE)[0])
    for path in reports:
        files.refuse_loss(path)
    for path in reports:
        files.write(path, verification)
        say(f"report: {path}", err=True)


def _read(path: Path) -> Verification:
    from redismanifests.present.verification.machine import read

    try:
        text = read_text(path)
    except UnicodeDecodeError:
        raise RedismanifestsError(f"{path} is no text in UTF-8", "name a report") from None
    return read(str(path), text)
