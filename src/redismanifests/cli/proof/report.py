"""Report: compare two reports of verifications or of rehearsals, or show a verification in another form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from redismanifests.cli import output
from redismanifests.cli.option import FILE
from redismanifests.cli.reporting import read_text
from redismanifests.cli.width import say
from redismanifests.errors import RedismanifestsError
from redismanifests.present.writers import REPORT, Part, endings, formats

if TYPE_CHECKING:
    from pathlib import Path

    from redismanifests.present.document import Document


@click.group(name="report")
def command() -> None:
    """Work with JSON reports, as `verify --report FILE.json` and `rehearse --report DIR` write them."""


@command.command()
@click.argument("old", type=FILE)
@click.argument("new", type=FILE)
@output.format_option(Part.PAGE)
@click.pass_context
def diff(ctx: click.Context, old: Path, new: Path, form: str) -> None:
    """Print what became better or worse between the reports OLD and NEW.

    Both are of verifications, or both of rehearsals. Checks, requirements, drills and scenarios are judged, figures
    (outage, lag, memory) are only printed.

    Exits 0 if nothing got worse, 1 if something did, 2 if a report cannot be read.
    """
    from redismanifests.present.rehearsal.reading import is_record

    before, after = _parsed(old), _parsed(new)
    if is_record(before) != is_record(after):
        raise RedismanifestsError(
            f"one of {old} and {new} is a report of a rehearsal, and the other is not", "give two of one kind"
        )
    document, worse = (_rehearsals if is_record(before) else _verifications)((old, before), (new, after))
    output.show(document, form)
    ctx.exit(1 if worse else 0)


def _verifications(old: tuple[Path, Any], new: tuple[Path, Any]) -> tuple[Document, bool]:
    from redismanifests.present.documents.comparison.verifications import compared
    from redismanifests.present.verification.machine import verification_of
    from redismanifests.prove.result.comparison import comparison

    before, after = (verification_of(str(path), data) for path, data in (old, new))
    found = comparison(before, after)
    return compared(found), found.worse


def _rehearsals(old: tuple[Path, Any], new: tuple[Path, Any]) -> tuple[Document, bool]:
    from redismanifests.present.documents.comparison.rehearsals import rehearsals_compared
    from redismanifests.present.rehearsal.reading import read_record
    from redismanifests.prove.result.rehearsed import rehearsal_comparison

    before, after = (read_record(str(path), data) for path, data in (old, new))
    found = rehearsal_comparison(before, after)
    return rehearsals_compared(found), found.worse


@command.command()
@click.argument("file", type=FILE)
@click.option(
    "--report",
    "reports",
    metavar="FILE",
    multiple=True,
    type=FILE,
    help=f"Write it there, in the format of its ending: {', '.join(endings(*REPORT))}; can be given several times.",
)
def show(file: Path, reports: tuple[Path, ...]) -> None:
    """Show the report FILE again: as Markdown, or written in another form."""
    from redismanifests.present.documents.verification import verified
    from redismanifests.present.verification import files
    from redismanifests.present.verification.machine import verification_of

    verification = verification_of(str(file), _parsed(file))
    if not reports:
        output.show(verified(verification), formats(Part.PAGE)[0])
    for path in reports:
        files.refuse_loss(path)
    for path in reports:
        files.write(path, verification)
        say(f"report: {path}", err=True)


def _parsed(path: Path) -> Any:
    from redismanifests.present.verification.machine import parsed

    try:
        text = read_text(path)
    except UnicodeDecodeError:
        raise RedismanifestsError(f"{path} is no text in UTF-8", "name a report") from None
    return parsed(str(path), text)
