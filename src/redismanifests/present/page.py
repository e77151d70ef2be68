"""Page: one self-contained HTML file: an overview, and a chapter with picture, tables and folded texts for each thing.

A rehearsal fills it, and so does a verification. No script, nothing from elsewhere, light and dark, and it prints.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from redismanifests.present.findings.text import lines

if TYPE_CHECKING:
    from collections.abc import Sequence

TONES = {
    "held": "held",
    "passed": "held",
    "met": "held",
    "failed": "failed",
    "not met": "failed",
    "not verified": "open",
}
"""Verdicts and how they are coloured; each is printed as a word, too. Anything else has no colour."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a head; with ``figures`` all columns but the first are aligned to the right."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    figures: bool = False
    code: int = -1
    """Number of the column (from 0) whose texts are commands; -1 for none."""


@dataclass(frozen=True, slots=True)
class Fold:
    """A text that is folded away until it is wanted."""

    title: str
    text: str
    open: bool = False


@dataclass(frozen=True, slots=True)
class Chapter:
    """One thing that was looked at; ``picture`` is unchanged SVG, ``verdict`` a word of TONES or empty."""

    name: str
    title: str
    about: str = ""
    verdict: str = ""
    wrong: Sequence[str] = ()
    points: Sequence[str] = ()
    """Sentences of a list."""
    picture: str = ""
    tables: Sequence[Table] = ()
    folds: Sequence[Fold] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the overview; ``name`` is a chapter's."""

    verdict: str
    subject: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Page:
    """Everything on it."""

    title: str
    verdict: str
    held: bool
    circumstances: str
    head: Sequence[str]
    entries: Sequence[Entry]
    chapters: Sequence[Chapter]


def html(page: Page) -> str:
    """The page as HTML; every text is escaped, only pictures are taken as they are."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 (only reports need it)
    from markupsafe import Markup  # noqa: PLC0415

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: value if isinstance(value, Markup) else lines(str(value)),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    template = environment.get_template("page.html.j2")
    # Made by timeline.svg, which escapes on its own.
    pictures = {chapter.name: Markup(chapter.picture) for chapter in page.chapters}
    return template.render(page=page, pictures=pictures, tones=TONES)
