"""Output: `--format`, and documents on standard output and standard error."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, TypeVar

import click

from redismanifests.cli.colour import coloured
from redismanifests.cli.width import fitted
from redismanifests.present.writers import Part, formats

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from typing import TextIO

    from redismanifests.core.findings import Finding
    from redismanifests.errors import RedismanifestsError
    from redismanifests.present.document import Document
    from redismanifests.present.writers import Terminal

F = TypeVar("F", bound="Callable[..., Any]")


def format_option(*parts: Part) -> Callable[[F], F]:
    """`--format`: text, JSON, and what is made of the other ``parts`` that a command's document has."""
    from redismanifests.present.writers import EVERY

    offered = formats(*EVERY, *parts)
    return click.option(
        "--format",
        "form",
        type=click.Choice(offered),
        default=offered[0],
        show_default=True,
        help="Format of the output.",
    )


def made_of(form: str, parts: Collection[Part]) -> bool:
    """Whether a format is made of one of these parts of a document."""
    from redismanifests.present.writers import WRITERS

    return WRITERS[form].part in parts


def on_screen(form: str) -> bool:
    """Whether a person reads it on the terminal, where a command may print its progress."""
    return made_of(form, (Part.SCREEN,))


def show(
    document: Document, form: str = formats(Part.SCREEN)[0], *, err: bool = False, fit: bool = False
) -> None:
    """Print ``document``; with ``fit`` its lines are broken where a terminal is narrower."""
    from redismanifests.present.writers import written

    stream = sys.stderr if err else sys.stdout
    text = written(document, form, _terminal(stream))
    click.echo(fitted(text, stream) if fit and on_screen(form) else text, err=err, nl=False)


def show_trouble(error: RedismanifestsError) -> None:
    """Print ``error`` to standard error: its findings, or fact and fix."""
    from redismanifests.core.findings import ProfileRefused
    from redismanifests.present.documents.findings import problems, trouble

    show(
        problems(error.findings) if isinstance(error, ProfileRefused) else trouble(error.fact, error.fix),
        err=True,
    )


def show_findings(findings: Sequence[Finding]) -> None:
    """Print findings and how many there are to standard error; nothing where there are none."""
    from redismanifests.present.documents.findings import problems

    show(problems(findings), err=True)


def _terminal(stream: TextIO) -> Terminal:
    from redismanifests.present.writers import Terminal

    return Terminal(coloured(stream), ascii="utf" not in (stream.encoding or "").lower())
