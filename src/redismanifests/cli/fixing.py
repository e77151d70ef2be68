"""Fixing: `check --fix`: the diff first, then a question or --yes, then the file.

What must not come in: which fixes are right (mending.py).
"""

from __future__ import annotations

import codecs
import sys
from typing import TYPE_CHECKING

import click

from redismanifests import diff
from redismanifests.cli.place import repository_path
from redismanifests.core.source import source_from_file
from redismanifests.errors import ProfileRefused
from redismanifests.folder.file import replace
from redismanifests.mending import mending

if TYPE_CHECKING:
    from pathlib import Path

    from redismanifests.selection import Selection


def fix(path: Path, wanted: Selection, limits: tuple[Path, ...], today: str, *, yes: bool) -> None:
    """Show what would be mended in ``path``, and write it if that is wanted."""
    try:
        source = source_from_file(path)
    except ProfileRefused:
        return  # the check that follows says so
    done = mending(source, wanted, limits, today)
    if not done.mended:
        return
    name = repository_path(str(path))
    before, after = source.text.encode(), done.source.text.encode()
    text = diff.unified({name: before}, {name: after})
    click.echo(diff.coloured(text) if sys.stdout.isatty() else text, nl=False)
    what = ", ".join(dict.fromkeys(f"{finding.code} {finding.name}" for finding in done.mended))
    if not (yes or _asked(f"Mend {what} in {path}?")):
        click.echo(f"{path}: not written; --fix --yes mends {what}\n")
        return
    marked = path.read_bytes().startswith(codecs.BOM_UTF8)
    mark = codecs.BOM_UTF8 if marked else b""
    replace(path, mark + before, mark + after)
    click.echo(f"{path}: mended {what}\n")


def _asked(question: str) -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty() and click.confirm(question, default=False)
