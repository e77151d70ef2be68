"""Writers: one module a format, and the table that `--format` and the endings of files are chosen from."""

from __future__ import annotations

from enum import Enum, auto
from importlib import import_module
from typing import TYPE_CHECKING

from redismanifests.core.named import NamedTuple
from redismanifests.errors import RedismanifestsError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from redismanifests.present.document import Document


class Part(Enum):
    """A part of a document, which a command has or has not, and which a format is made of."""

    SCREEN = auto()
    DATA = auto()
    FINDINGS = auto()
    SUITES = auto()
    PAGE = auto()
    PICTURE = auto()


EVERY = (Part.SCREEN, Part.DATA)
"""What each command with `--format` has."""
REPORT = (Part.DATA, Part.SUITES, Part.PAGE)
"""What the files of `--report` are made of."""


class Terminal(NamedTuple):
    """Where text is shown."""

    colour: bool = False
    ascii: bool = False
    """Whether it has no other signs."""


class Writer(NamedTuple):
    """A format: its file in a folder of reports, whose ending is that of any report, and what it is made of."""

    file: str
    part: Part

    @property
    def ending(self) -> str:
        """The ending of such a file, with its dot."""
        return f".{self.file.rpartition('.')[2]}"


WRITERS = {
    "text": Writer("report.txt", Part.SCREEN),
    "json": Writer("report.json", Part.DATA),
    "sarif": Writer("report.sarif", Part.FINDINGS),
    "github": Writer("report.log", Part.FINDINGS),
    "junit": Writer("junit.xml", Part.SUITES),
    "markdown": Writer("report.md", Part.PAGE),
    "html": Writer("index.html", Part.PAGE),
    "svg": Writer("report.svg", Part.PICTURE),
}
"""The module of a format has its name."""


def formats(*parts: Part) -> list[str]:
    """The formats of a command whose documents have these parts."""
    return [name for name, writer in WRITERS.items() if writer.part in parts]


def written(document: Document, name: str, terminal: Terminal = Terminal()) -> str:  # noqa: B008 (a value)
    """``document`` in the format of that name: the same document gives the same bytes."""
    text: str = import_module(f"{__name__}.{name}").write(document, terminal)
    return text


def endings(*parts: Part) -> list[str]:
    """The endings of files in these formats, each with its dot."""
    return [WRITERS[name].ending for name in formats(*parts)]


def format_of(path: Path, parts: Iterable[Part]) -> str:
    """The format that the ending of ``path`` names; raises RedismanifestsError where there is none of these parts."""
    known = {WRITERS[name].ending: name for name in formats(*parts)}
    if path.suffix not in known:
        raise RedismanifestsError(
            f"{path}: a report ends in {', '.join(sorted(known))}, which names its format",
            "give it such a name",
        )
    return known[path.suffix]
