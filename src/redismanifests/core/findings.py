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


class Change(NamedTuple):
    """What mends a finding for certain: the setting at ``path`` gets ``value``, or its key another name.

    Only where there is one way to mend it; a fix that leaves a choice ("or run 5 Sentinels") is for a person.
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
    source: Source | None = None
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
    """What all findings of one code share; a rule has the same three, and a check beside them."""

    code: str
    name: str
    severity: Severity

    def at(
        self,
        source: Source,
        path: Path,
        fact: str,
        fix: str,
        *,
        at_key: bool = False,
        changes: tuple[Change, ...] = (),
    ) -> Finding:
        """A finding of this kind at a setting."""
        return Finding(*self, fact, fix, path, at_key, source, changes=changes)

    def on(self, source: Source, line: int, column: int, fact: str, fix: str) -> Finding:
        """A finding of this kind in a text that has no paths (yet)."""
        return Finding(*self, fact, fix, source=source, line=line, column=column)


UNREADABLE_FILE = FindingKind("RM001", "unreadable-file", Severity.ERROR)
MALFORMED_YAML = FindingKind("RM002", "malformed-yaml", Severity.ERROR)
UNKNOWN_KEY = FindingKind("RM003", "unknown-key", Severity.ERROR)
INVALID_VALUE = FindingKind("RM004", "invalid-value", Severity.ERROR)
MISSING_KEY = FindingKind("RM005", "missing-key", Severity.ERROR)
DUPLICATE_KEY = FindingKind("RM006", "duplicate-key", Severity.ERROR)
UNUSED_WAIVER = FindingKind("RM007", "unused-waiver", Severity.WARNING)
EXPIRED_WAIVER = FindingKind("RM008", "expired-waiver", Severity.WARNING)
IMPOSSIBLE_WAIVER = FindingKind("RM009", "impossible-waiver", Severity.ERROR)
BROKEN_REFERENCE = FindingKind("RM090", "objects-do-not-hang-together", Severity.ERROR)
REFUSED_BY_SCHEMA = FindingKind("RM091", "refused-by-schema", Severity.ERROR)
INVALID_LIMIT_RANGE = FindingKind("RM100", "invalid-limit-range", Severity.ERROR)
BELOW_MINIMUM = FindingKind("RM101", "below-namespace-minimum", Severity.ERROR)
ABOVE_MAXIMUM = FindingKind("RM102", "above-namespace-maximum", Severity.ERROR)
ABOVE_RATIO = FindingKind("RM103", "above-namespace-ratio", Severity.ERROR)
ABOVE_DEFAULTED_LIMIT = FindingKind("RM104", "request-above-defaulted-limit", Severity.ERROR)
FOREIGN_LIMITS = FindingKind("RM105", "limits-of-another-namespace", Severity.WARNING)
DISAGREEING_LIMITS = FindingKind("RM106", "limit-ranges-disagree", Severity.NOTE)
INVALID_RESOURCE_QUOTA = FindingKind("RM107", "invalid-resource-quota", Severity.ERROR)
ABOVE_QUOTA = FindingKind("RM108", "above-quota", Severity.ERROR)
ABOVE_LEFT = FindingKind("RM109", "above-what-quota-leaves", Severity.ERROR)
PERHAPS_ABOVE_LEFT = FindingKind("RM110", "perhaps-above-what-quota-leaves", Severity.WARNING)
UNSPECIFIED_UNDER_QUOTA = FindingKind("RM111", "unspecified-under-quota", Severity.ERROR)
QUOTA_STOPS_ROLLOUTS = FindingKind("RM112", "quota-stops-rollouts", Severity.WARNING)
CLASS_UNKNOWN_TO_QUOTA = FindingKind("RM113", "class-unknown-to-quota", Severity.NOTE)
INVALID_POD_SECURITY_LABEL = FindingKind("RM120", "invalid-pod-security-label", Severity.ERROR)
POD_SECURITY_REFUSES = FindingKind("RM121", "pod-security-refuses", Severity.ERROR)
POD_SECURITY_WARNS = FindingKind("RM122", "pod-security-warns", Severity.WARNING)
POD_SECURITY_AUDITS = FindingKind("RM123", "pod-security-audits", Severity.NOTE)
IMMUTABLE_FIELD = FindingKind("RM150", "immutable-field-changes", Severity.ERROR)
CLAIM_SHRINKS = FindingKind("RM151", "claim-shrinks", Severity.ERROR)
CLAIM_GROWS = FindingKind("RM152", "claim-grows", Severity.ERROR)
SELECTOR_CHANGES = FindingKind("RM153", "selector-changes", Severity.ERROR)
VOLUMES_LEFT_BEHIND = FindingKind("RM154", "volumes-left-behind", Severity.ERROR)
OBJECT_DISAPPEARS = FindingKind("RM155", "object-disappears", Severity.WARNING)
SEALED_SECRET_DOES_NOT_FIT = FindingKind("RM174", "sealed-secret-does-not-fit", Severity.ERROR)
NOTHING_DEPLOYED = FindingKind("RM159", "nothing-to-compare", Severity.WARNING)
MEMBERS_WOULD_NOT_MEET = FindingKind("RM181", "members-would-not-meet", Severity.ERROR)
UNKNOWN_PROOF = FindingKind("RM186", "unknown-proof", Severity.ERROR)
