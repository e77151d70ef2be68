"""Reporting: the options of a command that writes reports of a verification, and what they do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from redismanifests.errors import RedismanifestsError
from redismanifests.facts.drill import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from redismanifests.drills.result import Drill
    from redismanifests.review import Review
    from redismanifests.verification import Subject
    from redismanifests.verify.seen import Seen

F = TypeVar("F", bound="Callable[..., Any]")


def report_option(command: F) -> F:
    """`--report`, several times."""
    return click.option(
        "--report",
        "reports",
        metavar="FILE",
        multiple=True,
        type=click.Path(path_type=Path),
        help="Write a report there, in the form of the ending: .md, .html, .json or .xml (JUnit); can be given several "
        "times.",
    )(command)


def drill_options(command: F) -> F:
    """`--drill` and `--drilled`: what a report tells of drills."""
    drilled = click.option(
        "--drilled",
        metavar="FILE",
        multiple=True,
        type=click.Path(path_type=Path),
        help="Tell in the report of this drill, too: the JSON that `drill` printed; can be given several times.",
    )
    rehearsed = click.option(
        "--drill",
        "kinds",
        multiple=True,
        type=click.Choice([kind.value for kind in Kind if kind is not Kind.DRAIN]),
        help="With --rehearse: break it so as well, and tell of it in the report; can be given several times.",
    )
    return drilled(rehearsed(command))


def refuse(reviewed: Review | None, reports: Sequence[Path]) -> None:
    """Refuse now, not when everything is measured, what could not be written."""
    if not reports:
        return
    from redismanifests.report.verification.files import refuse_loss

    if reviewed is None:
        raise click.UsageError("--report holds what was seen against a profile: give one, not manifests")
    for path in reports:
        refuse_loss(path)


def tell(drills: Sequence[Drill], form: str) -> None:
    """Say how the drills went, where people read; machines find them in the reports."""
    if form != "text":
        return
    from redismanifests.core.source import printable
    from redismanifests.report.verification.words import drill_summary

    for drill in drills:
        word = "held" if drill.held else "FAILED"
        click.echo(printable(f"drill {drill.kind}: {word}: {drill_summary(drill)}"))
        for fault in drill.wrong:
            click.echo(printable(f"   = {fault}"))


def write(
    reviewed: Review | None, reports: Sequence[Path], subject: Subject, seen: Seen, drills: Sequence[Drill]
) -> None:
    """Write the reports, and say where they are."""
    if not reports or reviewed is None:
        return
    from importlib.metadata import version

    from redismanifests.report.verification import files
    from redismanifests.verification.making import verification

    made = verification(
        reviewed, subject, seen.outcomes, at=seen.at, version=version("redismanifests"), drills=drills
    )
    for path in reports:
        files.write(path, made)
        click.echo(f"report: {path}", err=True)


def drills_of(files: Sequence[Path]) -> list[Drill]:
    """The drills that these files tell of; raises RedismanifestsError for any other file."""
    from redismanifests.drills.result import Drill

    found = []
    for path in files:
        try:
            found.append(Drill.from_json(json.loads(path.read_text(encoding="utf-8"))))
        except OSError as error:
            raise RedismanifestsError(f"{path} cannot be read: {error.strerror}", "name a file") from None
        except (ValueError, KeyError, TypeError):
            fix = "give what `redismanifests drill --format json` printed"
            raise RedismanifestsError(f"{path} is no result of a drill", fix) from None
    return found
