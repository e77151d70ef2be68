"""Fixing: `check --fix`: the diff first, then a question or --yes, then the file."""

from __future__ import annotations

import codecs
import sys
from typing import TYPE_CHECKING

import click

from redismanifests.cli.colour import coloured
from redismanifests.cli.place import repository_path
from redismanifests.cli.width import say
from redismanifests.core.findings import ProfileRefused

if TYPE_CHECKING:
    from pathlib import Path

    from redismanifests.judge.selection import Selection


def fix(path: Path, wanted: Selection, limits: tuple[Path, ...], today: str, *, yes: bool) -> None:
    """Show the fixes of ``path``, and write them if the user confirms."""
    from redismanifests.core.sources.source import source_from_file
    from redismanifests.judge.mending import mending
    from redismanifests.render import diff
    from redismanifests.render.output.file import replace

    try:
        source = source_from_file(path)
    except ProfileRefused:
        return  # the check that follows says so
    done = mending(source, wanted, limits, today)
    for choice in done.choices:
        click.echo(
            f"{path}: {choice.finding.code} {choice.finding.name} is left to you, because its fix would lower "
            + ", ".join(map(str, choice.costs))
        )
    if not done.mended:
        return
    name = repository_path(str(path))
    before, after = source.text.encode(), done.source.text.encode()
    text = diff.unified({name: before}, {name: after})
    click.echo(diff.coloured(text) if coloured(sys.stdout) else text, nl=False)
    for difference in done.differences:
        say(f"changes: {difference}")
    what = ", ".join(dict.fromkeys(f"{finding.code} {finding.name}" for finding in done.mended))
    if not (yes or _asked(f"Fix {what} in {path}?")):
        say(f"{path}: not written; --fix --yes fixes {what}")
        click.echo()
        return
    marked = path.read_bytes().startswith(codecs.BOM_UTF8)
    mark = codecs.BOM_UTF8 if marked else b""
    replace(path, mark + before, mark + after)
    say(f"{path}: fixed {what}")
    click.echo()


def _asked(question: str) -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty() and click.confirm(question, default=False)
