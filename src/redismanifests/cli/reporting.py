"""Reporting: the options of a command that writes reports of a verification, and what they do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar

import click

from redismanifests.cli.option import FILE
from redismanifests.cli.width import say
from redismanifests.errors import RedismanifestsError
from redismanifests.present.writers import REPORT, endings

_MAX_BYTES = 64 << 20
"""A report of a large deployment with its drills has some hundred kB."""

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from redismanifests.judge.review import Review
    from redismanifests.prove.result.drill import Drill
    from redismanifests.prove.result.observation import Observation, Subject

F = TypeVar("F", bound="Callable[..., Any]")


def report_option(command: F) -> F:
    """`--report`, several times."""
    return click.option(
        "--report",
        "reports",
        metavar="FILE",
        multiple=True,
        type=FILE,
        help=f"Write a report there, in the format of its ending: {', '.join(endings(*REPORT))}; can be given several "
        "times.",
    )(command)


def drill_options(command: F) -> F:
    """`--drill` and `--drilled`: drills in a report."""
    from redismanifests.profile.formulas.drill import Kind

    drilled = click.option(
        "--drilled",
        metavar="FILE",
        multiple=True,
        type=FILE,
        help="Add this drill to the report: the JSON that `drill` printed; can be given several times.",
    )
    rehearsed = click.option(
        "--drill",
        "kinds",
        multiple=True,
        type=click.Choice([kind.value for kind in Kind if kind is not Kind.DRAIN]),
        help="With --rehearse: add this drill, and its result in the report; can be given several times.",
    )
    return drilled(rehearsed(command))


def refuse(reviewed: Review | None, reports: Sequence[Path]) -> None:
    """Refuse now, not when everything is measured, what could not be written."""
    if not reports:
        return
    from redismanifests.present.verification.files import refuse_loss

    if reviewed is None:
        raise click.UsageError("--report compares the deployment with a profile: give one, not manifests")
    for path in reports:
        refuse_loss(path)


def write(
    reviewed: Review | None,
    reports: Sequence[Path],
    subject: Subject,
    seen: Observation,
    drills: Sequence[Drill],
) -> None:
    """Write the reports, and say where they are."""
    if not reports or reviewed is None:
        return
    from importlib.metadata import version

    from redismanifests.present.verification import files
    from redismanifests.prove.verification.making import verification

    made = verification(
        reviewed, subject, seen.outcomes, at=seen.at, version=version("redismanifests"), drills=drills
    )
    for path in reports:
        files.write(path, made)
        say(f"report: {path}", err=True)


def read_text(path: Path) -> str:
    """A report or a result; raises RedismanifestsError where it cannot be read, UnicodeDecodeError."""
    from redismanifests.core.sources.reading import bounded, not_read

    try:
        data = bounded(path, _MAX_BYTES)
    except OSError as error:
        raise not_read(str(path), error, "name a report") from None
    if len(data) > _MAX_BYTES:
        raise RedismanifestsError(f"{path} is larger than {_MAX_BYTES >> 20} MiB", "name a report")
    return data.decode()


def drills_of(files: Sequence[Path]) -> list[Drill]:
    """The drills in these files; raises RedismanifestsError for any other file."""
    from redismanifests.prove.result.drill import Drill

    found = []
    for path in files:
        try:
            found.append(Drill.from_json(json.loads(read_text(path))))
        except (ValueError, RecursionError):
            fix = "give what `redismanifests drill --format json` printed"
            raise RedismanifestsError(f"{path} is no result of a drill", fix) from None
    return found
