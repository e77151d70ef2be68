"""Text: a document on a terminal; colour and escapes are decided here, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.sources.source import printable
from redismanifests.present.document import (
    Fold,
    Lines,
    Paragraph,
    Picture,
    Points,
    Prose,
    Run,
    Section,
    Table,
    Tone,
    joined,
    plain,
    spans,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from redismanifests.present.document import Block, Document, Text
    from redismanifests.present.writers import Terminal

SGR = {
    Tone.GOOD: "32;1",
    Tone.BAD: "31;1",
    Tone.OPEN: "33;1",
    Tone.NOTE: "36;1",
    Tone.FAINT: "2",
    Tone.HEAD: "1",
}
"""Colours of ECMA-48 by what a text says."""
_ASCII = str.maketrans("┌┐└┘─│├┤█░●○▏·→…", "++++-|++#.*o|.>.")


def write(document: Document, terminal: Terminal) -> str:
    """The screen of ``document``, or all of its page below its head."""
    text = "".join(f"{painted(line, colour=terminal.colour)}\n" for line in screen_lines(document))
    return text.translate(_ASCII) if terminal.ascii else text


def screen_lines(document: Document) -> Iterator[Text]:
    """Every line of the screen, with its looks: a blank one between two blocks."""
    head = () if document.screen else _head(document)
    for number, block in enumerate((*head, *(document.screen or document.blocks))):
        if number:
            yield ""
        yield from _lines(block)


def painted(text: Text, *, colour: bool) -> str:
    """One line, with nothing in it that could steer a terminal but our own colours; blanks of ours at its end go."""
    parts = spans(text)
    line = "".join(_painted(part, colour) for part in parts)
    return line if parts and parts[-1].code else line.rstrip()


def _painted(part: Run, colour: bool) -> str:
    # The tabs of a source stay what they are, so that its caret is below the right column.
    safe = "\t".join(map(printable, part.text.split("\t"))) if part.code else printable(part.text)
    return f"\x1b[{SGR[part.tone]}m{safe}\x1b[0m" if colour and part.tone and safe.strip() else safe


def _head(document: Document) -> Iterator[Block]:
    if document.title:
        lines = [Run(document.title, Tone.HEAD), *([document.verdict] if document.verdict else [])]
        yield Lines([*lines, *(f"{name}: {value}" for name, value in document.circumstances)])


def _lines(block: Block) -> Iterator[Text]:
    match block:
        case Lines(lines):
            yield from lines
        case Paragraph(text):
            yield text
        case Prose(text):
            yield from text.split("\n")
        case Points(items):
            yield from (joined("- ", item) for item in items)
        case Table():
            yield from _table(block)
        case Picture(timeline):
            from redismanifests.present.timeline.chart import chart  # noqa: PLC0415 (few documents have one)

            yield from chart(timeline).splitlines()
        case Fold(title, blocks):
            yield title
            yield from (joined("  ", line) for inner in blocks for line in _lines(inner))
        case Section(title, blocks, verdict):
            yield (Run(f"{title}{': ' if verdict else ''}", Tone.HEAD), *([verdict] if verdict else []))
            yield from (line for inner in blocks for line in _lines(inner))


def _table(table: Table) -> Iterator[Text]:
    rows = [table.head, *table.rows] if any(table.head) else table.rows
    widths = [max(len(plain(row[at])) for row in rows) for at in range(len(table.head))] if rows else []
    for number, row in enumerate(rows):
        head = rows is not table.rows and number == 0
        marked = bool(table.marks) and not head and table.marks[number - (rows is not table.rows)]
        tone = Tone.FAINT if head else Tone.BAD if marked else Tone.PLAIN
        start = Run(f"{table.indent}{'! ' if marked else '  ' if table.marks else ''}", tone)
        yield joined(start, *_row(row, widths, table.figures, tone))


def _row(row: Sequence[Text], widths: Sequence[int], figures: int, tone: Tone) -> Iterator[Run]:
    for at, (cell, width) in enumerate(zip(row, widths, strict=True)):
        blank = " " * (width - len(plain(cell)))
        gap = "  " if at else ""
        yield Run(f"{gap}{blank if at >= figures else ''}")
        yield from (Run(part.text, part.tone or tone) for part in spans(cell))
        yield Run(blank if at < figures else "")
