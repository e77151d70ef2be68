"""Seen: what one round of questions brought, and the verdict over it.

Why: exit codes, reports and a drill that wants everything green read one verdict. What must not come in: asking.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from redismanifests.probes.index import ESSENTIAL
from redismanifests.probes.probe import Status

if TYPE_CHECKING:
    from redismanifests.live.trouble import Refusal
    from redismanifests.probes.probe import Outcome

HELD, NOT_HELD, TROUBLE = 0, 1, 2
"""Exit codes: all is well, something is not (or was not seen to be), a permission is missing."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The outcomes, by code, of a moment."""

    outcomes: tuple[Outcome, ...]
    at: float
    """Seconds since 1970, when the questions were asked."""
    took_s: float
    refused: tuple[Refusal, ...] = ()
    """Permissions that were missing."""
    notes: tuple[str, ...] = ()
    """What was not as in a cluster."""

    def of(self, status: Status) -> tuple[Outcome, ...]:
        """The outcomes of a status."""
        return tuple(each for each in self.outcomes if each.status is status)

    @property
    def open(self) -> tuple[Outcome, ...]:
        """What was not seen, although nobody may say without it that the deployment works."""
        essential = {each.code for each in ESSENTIAL}
        return tuple(each for each in self.of(Status.NOT_VERIFIED) if each.code in essential)

    def code(self, *, strict: bool = False) -> int:
        """The exit code: what was not verified is never as good as what passed."""
        if self.refused:
            return TROUBLE
        not_held = self.of(Status.FAILED) or self.open or not self.of(Status.PASSED)
        return NOT_HELD if not_held or (strict and self.of(Status.NOT_VERIFIED)) else HELD

    def verdict(self, *, strict: bool = False) -> str:
        """The exit code in a sentence."""
        counts = Counter(each.status for each in self.outcomes)
        told = ", ".join(f"{counts[status]} {status}" for status in Status if counts[status])
        if self.refused:
            return f"{told}: a permission is missing, so this is no verdict"
        if counts[Status.FAILED]:
            return f"{told}: it is not what was asked for"
        if self.open:
            return f"{told}: nobody knows whether it works"
        if strict and counts[Status.NOT_VERIFIED]:
            return f"{told}: --strict takes what was not verified for failed"
        if not counts[Status.PASSED]:
            return f"{told or 'nothing was asked'}: nothing was seen to be right"
        rest = "; what was not verified is not known" if counts[Status.NOT_VERIFIED] else ""
        return f"{told}: nothing that was seen is wrong{rest}"
