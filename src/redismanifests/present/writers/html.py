"""Html: a document as one self-contained page. No script, nothing from elsewhere, light and dark, and it prints."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from string import Template
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
    spans,
)
from redismanifests.present.timeline import svg

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from redismanifests.present.document import Block, Document, Text
    from redismanifests.present.writers import Terminal

_FENCE = re.compile(r"^```\w*\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_TONES = {Tone.GOOD: "held", Tone.BAD: "failed", Tone.OPEN: "open"}
"""Classes of the page's style."""
_HEAD_CELL = 'th scope="col"'


def write(document: Document, _: Terminal) -> str:
    """The page; every text is escaped, only pictures, which escape on their own, are taken as they are."""
    page = Template((Path(__file__).parent / "page.html").read_text("utf-8"))
    body = "".join(f"{line}\n" for line in (*_head(document), *_blocks(document.page, 2)))
    return page.substitute(title=_safe(document.title), body=body)


def _head(document: Document) -> Iterator[str]:
    yield f"<h1>{_safe(document.title)}</h1>"
    if document.verdict:
        yield f"<p>{_run(document.verdict)}</p>"
    if document.circumstances:
        lines = "\n".join(f"{name}: {value}" for name, value in document.circumstances)
        yield f'<p class="faint lines">{_safe(lines)}</p>'


def _blocks(blocks: Sequence[Block], level: int) -> Iterator[str]:
    for block in blocks:
        match block:
            case Lines(lines):
                text = "\n".join(map(_text, lines))
                yield f"<pre>{text}</pre>"
            case Paragraph(text):
                yield f'<p class="lines">{_text(text)}</p>'
            case Prose(text):
                yield from _prose(text)
            case Points(items):
                yield from ("<ul>", *(f"<li>{_text(item)}</li>" for item in items), "</ul>")
            case Table():
                yield from _table(block)
            case Picture(timeline):
                yield f'<div class="wide">{svg(timeline)}</div>'
            case Fold(title, inner, is_open):
                yield f"<details{' open' if is_open else ''}><summary>{_safe(title)}</summary>"
                yield from (*_blocks(inner, level), "</details>")
            case Section(title, inner, verdict, name):
                said = f": {_run(verdict)}" if verdict else ""
                yield f'<section id="{_safe(name)}">' if name else "<section>"
                # The heading is a link to itself, so that its address can be copied.
                shown = f'<a href="#{_safe(name)}">{_safe(title)}</a>' if name else _safe(title)
                yield f"<h{level}>{shown}{said}</h{level}>"
                yield from (*_blocks(inner, level + 1), "</section>")


def _table(table: Table) -> Iterator[str]:
    yield '<div class="wide"><table>'
    if any(table.head):
        yield f"<thead><tr>{_cells(table.head, _HEAD_CELL, table.figures)}</tr></thead>"
    yield "<tbody>"
    yield from (f"<tr>{_cells(row, 'td', table.figures)}</tr>" for row in table.rows)
    yield "</tbody></table></div>"


def _cells(row: Sequence[Text], tag: str, figures: int) -> str:
    looks = (tag, f'{tag} class="figure"')
    return "".join(
        f"<{looks[at >= figures]}>{_text(cell)}</{tag.partition(' ')[0]}>" for at, cell in enumerate(row)
    )


def _prose(text: str) -> Iterator[str]:
    for number, part in enumerate(_FENCE.split(text)):
        if number % 2:
            yield f"<pre>{_safe(part)}</pre>"
        else:
            yield from (f"<p>{_safe(each.strip())}</p>" for each in part.split("\n\n") if each.strip())


def _text(text: Text) -> str:
    return "".join(map(_run, spans(text)))


def _run(run: Run) -> str:
    text = _safe(run.text)
    if run.tone in _TONES:
        return f'<span class="{_TONES[run.tone]}">{text}</span>'
    tag = "code" if run.code else "strong" if run.strong else "em" if run.italic else ""
    inner = f"<{tag}>{text}</{tag}>" if tag else text
    # A page is complete wherever it is moved: it has no link to another file.
    return f'<a href="{_safe(run.link)}">{inner}</a>' if run.link.startswith("#") else inner


def _safe(text: str) -> str:
    return escape("\n".join(map(printable, text.split("\n"))))
