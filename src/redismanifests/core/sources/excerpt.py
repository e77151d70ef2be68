"""Excerpt: what reports show of a document that findings point into, without the rest of it.

A document with the place of each value takes many times the memory of its text. Where thousands are judged, findings
keep excerpts, which are small and can be sent from one process to another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from redismanifests.core.findings import Document, Finding, Path

    Place = tuple[int, int, int]


class Excerpt:
    """Places of some paths of a document, and the lines that they are on."""

    __slots__ = ("_held", "_lines", "_places", "name")

    def __init__(self, name: str) -> None:
        """Of the document ``name``, with nothing kept yet."""
        self.name = name
        self._places: dict[tuple[Path, bool], Place] = {}
        self._held: set[Path] = set()
        self._lines: dict[int, str] = {}

    def keep(self, document: Document, path: Path, *, at_key: bool = False) -> None:
        """Take what is shown of ``path`` from ``document``."""
        place = self._places[path, at_key] = document.place(path, at_key=at_key)
        self._held.update(part for part in (path[:1], path) if document.has(part))
        self.keep_line(document, place[0])

    def keep_line(self, document: Document, number: int) -> None:
        """Take line ``number``, from 1, of ``document``."""
        self._lines[number] = document.line(number)

    def place(self, path: Path, *, at_key: bool = False) -> Place:
        """As in the document; raises KeyError for a path that was not kept."""
        return self._places[path, at_key]

    def has(self, path: Path) -> bool:
        """Whether ``path``, which was kept, is written in the document."""
        return path in self._held

    def line(self, number: int) -> str:
        """Line ``number``, from 1; raises KeyError for one that was not kept."""
        return self._lines[number]


def excerpted(found: Iterable[Finding]) -> list[Finding]:
    """The same findings, pointing into excerpts, one for each document."""
    excerpts: dict[int, Excerpt] = {}
    cut: list[Finding] = []
    for finding in found:
        source = finding.source
        if source is not None:
            excerpt = excerpts.setdefault(id(source), Excerpt(source.name))
            excerpt.keep(source, finding.path, at_key=finding.at_key)
            if finding.line is not None:
                excerpt.keep_line(source, finding.line)
            finding = finding._replace(source=excerpt)  # noqa: PLW2901
        cut.append(finding)
    return cut
