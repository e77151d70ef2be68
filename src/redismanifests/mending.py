"""Mending: the certain fixes of a profile's findings, each seen to help before it is kept.

A fix is kept only if its finding is gone and nothing as bad has come: so a rule that proposes nonsense for some
profile cannot spoil it, and the loop ends. What must not come in: files, and what is shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from redismanifests.core.edit import NotEditable, edited
from redismanifests.core.findings import Finding, Path, Severity
from redismanifests.errors import ProfileRefused
from redismanifests.review import review_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path as FilePath

    from redismanifests.core.source import Source
    from redismanifests.selection import Selection

_WEIGHT = {Severity.ERROR: 2, Severity.WARNING: 1, Severity.NOTE: 0}
_Judgement = tuple[bool, tuple[Finding, ...]]
"""Whether it is a profile at all, and what was found."""


class Mending(NamedTuple):
    """A profile as it would be, and what was mended, in order."""

    source: Source
    mended: tuple[Finding, ...]


def mending(
    source: Source, wanted: Selection, limits: Sequence[FilePath] = (), today: str | None = None
) -> Mending:
    """``source`` with every certain fix of its findings that helps, of those that are ``wanted``."""

    def judged(candidate: Source) -> _Judgement:
        try:
            return True, review_of(candidate, limits, today).findings
        except ProfileRefused as refused:
            return False, refused.findings

    mended: list[Finding] = []
    given_up: set[tuple[str, Path]] = set()
    before = judged(source)
    while finding := _next(wanted.of(before[1]), given_up):
        try:
            candidate = source
            for change in finding.changes:
                candidate = edited(candidate, change)
        except NotEditable:
            given_up.add(_identity(finding))
            continue
        after = judged(candidate)
        if not _helps(finding, before, after):
            given_up.add(_identity(finding))
            continue
        source, before = candidate, after
        mended.append(finding)
    return Mending(source, tuple(mended))


def _next(found: Sequence[Finding], given_up: set[tuple[str, Path]]) -> Finding | None:
    """The worst that can be mended; of the equally bad the first."""
    mendable = [f for f in found if f.changes and not f.waived and _identity(f) not in given_up]
    return max(mendable, key=lambda finding: _WEIGHT[finding.severity], default=None)


def _helps(finding: Finding, before: _Judgement, after: _Judgement) -> bool:
    (was_profile, old), (is_profile, new) = before, after
    if is_profile and not was_profile:
        return True  # only now can be said what else is wrong with it
    known = {_identity(one) for one in old if not one.waived}
    # What stands below a key that was wrong is judged only under its right name.
    revealed = [(*c.path[:-1], c.value) for c in finding.changes if c.renames]
    new = tuple(f for f in new if not any(f.path[: len(path)] == path for path in revealed))
    as_bad = (f for f in new if _WEIGHT[f.severity] >= _WEIGHT[finding.severity] and not f.waived)
    return (
        is_profile == was_profile
        and _identity(finding) not in {_identity(one) for one in new}
        and all(_identity(one) in known for one in as_bad)
    )


def _identity(finding: Finding) -> tuple[str, Path]:
    return finding.code, finding.path
