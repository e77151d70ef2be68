"""Findings: what is wrong, where, by how much, and what to do about it.

A finding is a value: rules yield them, reports lay them out, nothing else formats them.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from redismanifests.core.named import NamedTuple
from redismanifests.errors import RedismanifestsError

if TYPE_CHECKING:
    from collections.abc import Sequence

Path = tuple[str | int, ...]
"""Keys and indices from the root of a document to a value: ``("sentinel", "quorum")``."""


class Document(Protocol):
    """What a finding points into: `core.sources.source.Source` is one, and so is an excerpt of it."""

    @property
    def name(self) -> str:
        """As the user typed it."""

    def place(self, path: Path, *, at_key: bool = False) -> tuple[int, int, int]:
        """Line, column (both from 1) and width of a setting."""

    def has(self, path: Path) -> bool:
        """Whether ``path`` is written in it."""

    def line(self, number: int) -> str:
        """Line ``number``, from 1."""


class Severity(StrEnum):
    """How bad it is."""

    ERROR = "error"
    """It will not work, or will lose data: nothing is rendered."""
    WARNING = "warning"
    """It works until something breaks."""
    NOTE = "note"
    """Worth knowing."""


class Change(NamedTuple):
    """The certain fix of a finding: the setting at ``path`` gets ``value``, or its key another name.

    Only if there is one way to fix it; a fix with a choice ("or run 5 Sentinels") is left to the user.
    """

    path: Path
    value: str | int | bool
    renames: bool = False
    """Whether ``value`` is the new name of the key, instead of the new value."""


class Finding(NamedTuple):
    """One thing that is wrong at one place.

    ``fact`` is the sentence under the caret, with its numbers; ``fix`` is in the imperative, and may have several
    lines. ``path`` points into ``source`` (the profile, or a limits file); a finding without a source is about the
    whole run.
    """

    code: str
    name: str
    severity: Severity
    fact: str
    fix: str
    path: Path = ()
    at_key: bool = False
    source: Document | None = None
    line: int | None = None
    column: int | None = None
    changes: tuple[Change, ...] = ()
    """What `check --fix` would do, where the fix is certain."""
    waived: str = ""
    """The reason for which the profile waives it; empty where it does not."""

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


class FindingKind(NamedTuple):
    """The common part of all findings of one code, with their text for `explain`; its judge defines it."""

    code: str
    name: str
    severity: Severity
    text: str = ""
    """A sentence, why it hurts, and `Source:`."""
    waivable: bool = True
    """Whether a profile may waive it; an error is never waived, because it is a fact."""

    def at(
        self,
        source: Document | None,
        path: Path,
        fact: str,
        fix: str,
        *,
        at_key: bool = False,
        changes: tuple[Change, ...] = (),
    ) -> Finding:
        """A finding of this kind at a setting."""
        return Finding(self.code, self.name, self.severity, fact, fix, path, at_key, source, changes=changes)

    def on(self, source: Document, line: int, column: int, fact: str, fix: str) -> Finding:
        """A finding of this kind in a text that has no paths (yet)."""
        return Finding(
            self.code, self.name, self.severity, fact, fix, source=source, line=line, column=column
        )


class ProfileRefused(RedismanifestsError):
    """The input has findings of severity error; nothing was rendered."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        """Store every finding, errors and others, for the report."""
        super().__init__(f"{len(findings)} findings")
        self.findings = tuple(findings)


class SourceError(ProfileRefused):
    """A file cannot be read at all, or not as one YAML document."""
