"""Markdown: a document for a repository, a merge request or a wiki, whole in one file.

No text of a document becomes markup or calls someone: cells and paragraphs are escaped, lines of fixed width are
indented by four blanks, because a text could end a fence.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from redismanifests.core.sources.source import printable
from redismanifests.present.document import (
    Fold,
    Lines,
    Paragraph,
    Picture,
    Points,
    Prose,
    Section,
    Table,
    plain,
    spans,
)
from redismanifests.present.timeline.words import in_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from redismanifests.present.document import Block, Document, Run, Text
    from redismanifests.present.writers import Terminal

_MARKUP = re.compile(r"([\\`*_{}\[\]<>()#!|~&@])")
_TIGHT_FENCE = re.compile(r"(?<=^Bad:)\n(?=```)|(?<=^Good:)\n(?=```)|(?<=^```)\n(?=\w)", re.MULTILINE)
"""Where a docstring sets a fence close to its heading, and readers of Markdown want a blank line."""


def write(document: Document, _: Terminal) -> str:
    """Headings, paragraphs and tables; a blank line between two of them."""
    return "\n\n".join((*_head(document), *_blocks(document.page, document.level + 1))).rstrip("\n") + "\n"


def _head(document: Document) -> Iterator[str]:
    if document.title:
        yield f"{'#' * document.level} {escaped(document.title)}"
    if document.verdict:
        yield f"**{escaped(document.verdict.text)}**"
    if document.circumstances:
        yield _table(Table(("", ""), document.circumstances))


def _blocks(blocks: Sequence[Block], level: int) -> Iterator[str]:
    for block in blocks:
        match block:
            case Lines(lines):
                yield "\n".join(f"    {printable(plain(line))}".rstrip() for line in lines)
            case Paragraph(text):
                yield _inline(text)
            case Prose(text):
                yield "\n".join(map(printable, _TIGHT_FENCE.sub("\n\n", text).split("\n")))
            case Points(items):
                yield "\n".join(f"- {_inline(item)}" for item in items)
            case Table():
                yield _table(block)
            case Picture(file=file):
                yield from _picture(block) if file else _blocks([Lines(_chart(block))], level)
            case Fold(title, inner, is_open):
                parts = (
                    f"<details{' open' if is_open else ''}><summary>{escaped(title)}</summary>",
                    *_blocks(inner, level),
                    "</details>",
                )
                yield "\n\n".join(parts)
            case Section(title, inner, verdict):
                said = f": {_run(verdict)}" if verdict else ""
                yield f"{'#' * level} {escaped(title)}{said}"
                yield from _blocks(inner, level + 1)


def _picture(picture: Picture) -> Iterator[str]:
    shown = picture.timeline
    yield f"![{escaped(f'{shown.title}; {in_words(shown)}')}]({picture.file})"


def _chart(picture: Picture) -> list[str]:
    from redismanifests.present.timeline.chart import chart  # noqa: PLC0415 (few documents have one)

    return chart(picture.timeline).splitlines()


def _table(table: Table) -> str:
    rows = (f"| {' | '.join(map(_inline, row))} |" for row in table.rows)
    return "\n".join((f"| {' | '.join(map(escaped, table.head))} |", "|" + "---|" * len(table.head), *rows))


def _inline(text: Text) -> str:
    return "".join(map(_run, spans(text)))


def _run(run: Run) -> str:
    if run.code:
        return _code(run.text)
    text = "<br>".join(map(escaped, run.text.split("\n")))
    if run.link:
        # The anchor that renderers make of a heading has no dots.
        return f"[{text}]({run.link.replace('.', '') if run.link.startswith('#') else run.link})"
    return f"**{text}**" if run.strong else f"*{text}*" if run.italic else text


def escaped(text: str) -> str:
    """``text`` in one line, as it is: no markup, no table cell, no mention."""
    return _MARKUP.sub(r"\\\1", printable(text.replace("\n", " "))).replace("\\@", "@\u200b")


def _code(text: str) -> str:
    if "\\" in text and "|" in text:
        return escaped(text)  # neither can be escaped in code beside the other
    return f"`{printable(text).replace('`', chr(39)).replace('|', chr(92) + '|')}`" if text else ""
