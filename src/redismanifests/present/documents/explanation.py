"""Explanation: what findings mean, why they hurt, and how to do it right."""

from __future__ import annotations

from dataclasses import replace
from textwrap import shorten
from typing import TYPE_CHECKING

from redismanifests.present.document import Document, Lines, Paragraph, Prose, Run, Section, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from redismanifests.judge.explanation import Explanation

_LINE, _LEAST = 100, 40
"""Columns of a line of the table without its first and third column, and of the summary at least."""
_WAIVABLE = {True: "May be waived in the profile, with a reason.", False: "Cannot be waived."}


def explanation(item: Explanation) -> Document:
    """One code: a page for a terminal, for docs/findings, and for viewers that show it beside a finding."""
    title = f"{item.code}: {item.name}"
    head = f"{title} ({item.severity})"
    about = (Run(f"{item.severity.capitalize()}.", italic=True), f" {_WAIVABLE[item.waivable]}")
    return Document(
        title=title,
        blocks=[Paragraph(about), Prose(item.text)],
        screen=[Lines([head, "=" * len(head)]), Prose(item.text), Paragraph(_WAIVABLE[item.waivable])],
        data=_data([item]),
    )


def explanations(known: Sequence[Explanation]) -> Document:
    """Several codes, one after the other."""
    each = [explanation(item) for item in known]
    if len(each) == 1:
        return each[0]
    return Document(
        title=f"{len(known)} findings",
        blocks=[
            Section(one.title, one.blocks, name=item.code) for one, item in zip(each, known, strict=True)
        ],
        screen=[block for one in each for block in one.screen],
        data=_data(known),
    )


def index(known: Sequence[Explanation]) -> Document:
    """A line for each code on a terminal; on a page all of them in full."""
    width = max(len(item.name) for item in known)
    rows = [(item.code, item.name, str(item.severity), _about(item, width)) for item in known]
    return replace(explanations(known), screen=[Table(("", "", "", ""), rows)])


def _about(item: Explanation, width: int) -> str:
    """The first sentence, cut to a line of a terminal."""
    return shorten(item.text.splitlines()[0], max(_LINE - width, _LEAST), placeholder=" ...")


def _data(known: Iterable[Explanation]) -> list[dict[str, object]]:
    """`text` is Markdown."""
    return [
        {"code": e.code, "name": e.name, "severity": str(e.severity), "waivable": e.waivable, "text": e.text}
        for e in known
    ]
