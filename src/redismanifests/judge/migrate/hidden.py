"""Hidden: a document whose lines are shown without their values, because one of them may be a password."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from redismanifests.core.findings import Document, Path

_KEY = re.compile(r"^\s*(?:- )?[\"']?[\w./-]{1,80}[\"']?\s*:")


class Hidden:
    """As the document, but for the text behind each key."""

    def __init__(self, document: Document) -> None:
        """Of a document."""
        self._document = document

    @property
    def name(self) -> str:
        """As the user typed it."""
        return self._document.name

    def place(self, path: Path, *, at_key: bool = False) -> tuple[int, int, int]:
        """The place of the key: the value is not shown."""
        return self._document.place(path, at_key=True)

    def has(self, path: Path) -> bool:
        """Whether ``path`` is written in it."""
        return self._document.has(path)

    def line(self, number: int) -> str:
        """The key on a line."""
        key = _KEY.match(self._document.line(number))
        return f"{key[0]} ..." if key else "..."


def hidden(document: Document | None) -> Hidden | None:
    """``document`` without its values."""
    return None if document is None else Hidden(document)
