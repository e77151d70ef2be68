"""Table age: whether the tables of versions that came with this program are old."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.findings import Finding, FindingKind, Severity
from redismanifests.profile.derived import lifetime

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.judge.case.case import Case

TABLES_ARE_OLD = FindingKind(
    "RM213",
    "tables-of-versions-are-old",
    Severity.NOTE,
    "The tables of ends and holes of versions that came with this program were read more than 90 days ago.\n\n"
    "What was found since is not in them, so that an image without findings is no proof of anything. Only "
    "`check` and `plan` look at the day (SOURCE_DATE_EPOCH sets it).\n\n"
    "Source: docs/engines.md.",
)


def findings(case: Case) -> Iterator[Finding]:
    """One finding from `lifetime.OLD_DAYS` on; none without a day to compare with."""
    if case.today is not None and (age := lifetime.age_days(case.today)) > lifetime.OLD_DAYS:
        fact = f"what is known here of ends and holes of versions was read on {lifetime.DATE}, {age} days ago"
        yield TABLES_ARE_OLD.at(case.source, ("redis", "image"), fact, "look for a newer redismanifests")
