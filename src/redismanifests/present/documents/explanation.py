"""Explanation: what findings mean, why they hurt, and how to do it right."""

from __future__ import annotations

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
    return explanations(known)._replace(screen=[Table(("", "", "", ""), rows)])


def cited(name: str, text: str) -> Document:
    """A document that a finding cites."""
    page = Prose(text.rstrip("\n"))
    return Document(title=name, blocks=[page], screen=[page], data={"name": name, "text": text})


def topics(known: Sequence[Explanation]) -> Document:
    """A line for each topic on a terminal; on a page all codes in full."""
    by_topic: dict[str, list[Explanation]] = {}
    for item in known:
        by_topic.setdefault(item.topic, []).append(item)
    rows = [
        (
            topic,
            str(len(found)),
            shorten(", ".join(e.name for e in found), _LINE - 30, placeholder=" ...", break_on_hyphens=False),
        )
        for topic, found in sorted(by_topic.items())
    ]
    table = Table(("topic", "findings", "such as"), rows)
    more = "redismanifests explain TOPIC lists its findings; --all explains every one."
    return explanations(known)._replace(screen=[table, Paragraph(more)])


def _about(item: Explanation, width: int) -> str:
    """The first sentence, cut to a line of a terminal."""
    return shorten(item.text.splitlines()[0], max(_LINE - width, _LEAST), placeholder=" ...")


def _data(known: Iterable[Explanation]) -> list[dict[str, object]]:
    """`text` is Markdown."""
    return [
        {
            "code": e.code,
            "name": e.name,
            "topic": e.topic,
            "severity": str(e.severity),
            "waivable": e.waivable,
            "text": e.text,
        }
        for e in known
    ]
