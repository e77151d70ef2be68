"""Document: what a command found, whatever format it is written in.

A subject (`present/documents`) builds one; a writer (`present/writers`) lays it out. A text in it is never escaped:
each writer does that, by the language that it writes.
"""

from __future__ import annotations

import re
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from redismanifests.core.named import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from redismanifests.core.findings import Finding
    from redismanifests.present.timeline import Timeline


class Tone(StrEnum):
    """What a text says about its subject; colour is never the only sign of it."""

    PLAIN = ""
    GOOD = "held"
    BAD = "failed"
    OPEN = "open"
    """Not verified, or worth a look."""
    NOTE = "note"
    FAINT = "faint"
    HEAD = "head"


class Run:
    """A part of a text that looks different from the rest."""

    # No dataclass: it and its import would cost a cold render 8 million instructions.
    __slots__ = ("code", "italic", "link", "strong", "text", "tone")

    def __init__(
        self,
        text: str,
        tone: Tone = Tone.PLAIN,
        strong: bool = False,
        italic: bool = False,
        code: bool = False,
        link: str = "",
    ) -> None:
        """``strong``: bold on a page; ``code``: to be copied, as a command or the path of a setting is.

        ``link`` is where it leads: a file beside the report, or `#` and the name of a section.
        """
        self.text, self.tone, self.link = text, tone, link
        self.strong, self.italic, self.code = strong, italic, code


Text = str | Run | tuple["str | Run", ...]
"""One paragraph, line or cell."""


class Lines(NamedTuple):
    """Lines of fixed width: a drawing, a log, a command and its answer."""

    lines: Sequence[Text]


class Paragraph(NamedTuple):
    """Running text."""

    text: Text


class Prose(NamedTuple):
    """A docstring as it is written: paragraphs, and code in fences; the same text is Markdown."""

    text: str


class Points(NamedTuple):
    """A list."""

    items: Sequence[Text]


class Table(NamedTuple):
    """Rows under a head; columns from number ``figures`` on (from 0) are aligned to the right."""

    head: Sequence[str]
    rows: Sequence[Sequence[Text]]
    figures: int = 99
    marks: Sequence[bool] = ()
    """On a terminal: the rows that have an exclamation mark before them."""
    indent: str = ""


class Picture(NamedTuple):
    """Pods over time; ``file`` is the same picture beside the report, empty where there is none."""

    timeline: Timeline
    file: str = ""


class Fold(NamedTuple):
    """What a page folds away until it is wanted."""

    title: str
    blocks: Sequence[Block]
    open: bool = False


class Section(NamedTuple):
    """A chapter, with a verdict where it has one."""

    title: str
    blocks: Sequence[Block]
    verdict: Run | None = None
    name: str = ""
    """Anchor: letters, digits, dots and dashes."""


Block = Lines | Paragraph | Prose | Points | Table | Picture | Fold | Section


class Case(NamedTuple):
    """One test of a CI server."""

    name: str
    classname: str
    failure: Mapping[str, str] | None = None
    """Attributes of the failure; None where it passed."""
    failure_text: str = ""
    skipped: str | None = None
    output: str | None = None
    attributes: Mapping[str, str] = MappingProxyType({})


class Suite(NamedTuple):
    """The tests of one profile or deployment."""

    name: str
    cases: Sequence[Case]
    attributes: Mapping[str, str] = MappingProxyType({})
    properties: Mapping[str, str] | None = None


class Suites(NamedTuple):
    """Everything for a CI server; the two tuples are the attributes of each element, in their order."""

    name: str
    suites: Sequence[Suite]
    root: Sequence[str] = ("name", "tests", "failures", "errors", "skipped")
    suite: Sequence[str] = ("name", "timestamp", "time", "tests", "failures", "errors", "skipped")
    time: str = ""


def _as_it_is(name: str) -> str:
    return name


class Document(NamedTuple):
    """One value for every format; a part that a subject does not have is empty."""

    title: str = ""
    level: int = 1
    """Of the title's heading: 1 on a page of its own, 3 in a comment."""
    verdict: Run | None = None
    circumstances: Sequence[tuple[str, str]] = ()
    blocks: Sequence[Block] = ()
    """What a page shows below its head."""
    screen: Sequence[Block] = ()
    """What a terminal shows, where that is not the page."""
    data: object = None
    """Values that JSON knows."""
    suites: Suites | None = None
    findings: Sequence[Finding] = ()
    placed: Callable[[str], str] = _as_it_is
    """The name of a profile as the server of its repository knows it."""

    @property
    def page(self) -> Sequence[Block]:
        """What a page shows: a subject without one has its screen."""
        return self.blocks or self.screen


STATUSES = {
    "held": Tone.GOOD,
    "passed": Tone.GOOD,
    "met": Tone.GOOD,
    "failed": Tone.BAD,
    "not met": Tone.BAD,
    "exceeded": Tone.BAD,
    "not verified": Tone.OPEN,
}
"""Verdicts and what they say; the word is always printed, too."""


def status(word: str) -> Run:
    """A verdict: what is not well is bold."""
    tone = STATUSES.get(word, Tone.PLAIN)
    return Run(word, tone, strong=tone in (Tone.BAD, Tone.OPEN))


def anchor(title: str) -> str:
    """The name that renderers of Markdown give to a heading: its letters and digits, a dash for each blank."""
    return re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-")


def spans(text: Text) -> tuple[Run, ...]:
    """``text`` as its parts."""
    parts = text if isinstance(text, tuple) else (text,)
    return tuple(part if isinstance(part, Run) else Run(part) for part in parts)


def joined(*texts: Text) -> tuple[Run, ...]:
    """One text after the other."""
    return tuple(part for text in texts for part in spans(text))


def plain(text: Text) -> str:
    """``text`` without any of its looks."""
    return "".join(part.text for part in spans(text))
