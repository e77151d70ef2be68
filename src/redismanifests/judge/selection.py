"""Selection: which findings a run is about, by code, name or the beginning of codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.named import NamedTuple
from redismanifests.judge.explanation import named

if TYPE_CHECKING:
    from collections.abc import Iterable

    from redismanifests.core.findings import Finding


class Selection(NamedTuple):
    """The selected codes, and the ignored ones; none selected means all."""

    selected: frozenset[str] = frozenset()
    ignored: frozenset[str] = frozenset()

    def of(self, findings: Iterable[Finding]) -> list[Finding]:
        """Those of ``findings`` that are asked for."""
        return [
            finding
            for finding in findings
            if finding.code not in self.ignored and (not self.selected or finding.code in self.selected)
        ]


def selection(selected: Iterable[str], ignored: Iterable[str]) -> Selection:
    """The selection that codes, names and prefixes make; raises RedismanifestsError for what names no finding."""
    return Selection(
        *(frozenset(e.code for word in words for e in named(word)) for words in (selected, ignored))
    )
