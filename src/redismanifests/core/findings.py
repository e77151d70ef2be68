"""Findings: what is wrong, where, by how much, and what to do about it.

A finding is a value: rules yield them, reports lay them out, nothing else formats them. What must not come in:
printing, colours, exit codes.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from redismanifests.core.source import Source

Path = tuple[str | int, ...]
"""Keys and indices from the root of a document to a value: ``("sentinel", "quorum")``."""


class Severity(StrEnum):
    """How bad it is."""

    ERROR = "error"
    """It will not work, or will lose data: nothing is rendered."""
    WARNING = "warning"
    """It works until something breaks."""
    NOTE = "note"
    """Worth knowing."""


class Finding(NamedTuple):
    """One thing that is wrong at one place.

    ``fact`` is the sentence under the caret, with its numbers; ``fix`` is in the imperative. ``path`` points into
    ``source`` (the profile, or a limits file); a finding without a source is about the whole run.
    """

    code: str
    name: str
    severity: Severity
    fact: str
    fix: str
    path: Path = ()
    at_key: bool = False
    source: Source | None = None
    line: int | None = None
    column: int | None = None

    def place(self) -> tuple[int, int, int]:
        """Line, column (both from 1) and width of the marked text; (0, 0, 0) without a source."""
        if self.line is not None:
            return self.line, self.column or 1, 1
        if self.source is None:
            return 0, 0, 0
        return self.source.place(self.path, at_key=self.at_key)

    def sort_key(self) -> tuple[str, int, int, str, str]:
        """Findings are shown by file, place, code."""
        line, column, _ = self.place()
        return (self.source.name if self.source else "", line, column, self.code, self.fact)
