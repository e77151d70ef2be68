"""Placeholders: comments of a profile that mark what a person must still change.

The mark is a comment that begins with CHANGE-ME, on a line of its own above the setting or behind the value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.findings import Finding, FindingKind, Severity
from redismanifests.core.pattern import pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.judge.case.case import Case

PLACEHOLDER_LEFT = FindingKind(
    "RM246",
    "placeholder-left",
    Severity.WARNING,
    "A comment of the profile begins with CHANGE-ME: the value there is an example of another cluster.\n\n"
    "A StorageClass or PriorityClass of that name may not exist, and then no pod starts; an account or a "
    "label of that name lets in no one. Set the value, or remove the setting, and remove the mark.\n\n"
    "Source: docs/check.md.",
)

_MARK = pattern(r"(?:^|\s)#\s*CHANGE-ME\b:?\s*(.*?)\s*$")


def findings(case: Case) -> Iterator[Finding]:
    """One for each mark, at its place."""
    if "CHANGE-ME" not in case.source.text:
        return
    for number, line in enumerate(case.source.text.splitlines(), 1):
        if found := _MARK.search(line):
            column = line.index("CHANGE-ME", found.start()) + 1
            fact = f"left to be changed: {found[1]}" if found[1] else "left to be changed"
            fix = "set the value or remove the setting, then remove the mark CHANGE-ME"
            yield PLACEHOLDER_LEFT.on(case.source, number, column, fact, fix)
