"""Verdict: what outcomes and drills amount to: one status, one exit code, one sentence."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from redismanifests.prove.checks.index import ESSENTIAL
from redismanifests.prove.checks.probe import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redismanifests.prove.checks.probe import Outcome
    from redismanifests.prove.live.trouble import Refusal
    from redismanifests.prove.result.drill import Drill

HELD, NOT_HELD, TROUBLE = 0, 1, 2
"""Exit codes: healthy; something failed or is unknown; a permission is missing."""
_ESSENTIAL = frozenset(each.code for each in ESSENTIAL)


@dataclass(frozen=True, slots=True)
class Verdict:
    """``strict``: what was not verified counts as failed."""

    outcomes: Sequence[Outcome]
    drills: Sequence[Drill] = ()
    refused: Sequence[Refusal] = ()
    strict: bool = False

    def by_status(self, status: Status) -> tuple[Outcome, ...]:
        """The outcomes of that status, in their order."""
        return tuple(each for each in self.outcomes if each.status is status)

    @property
    def unknown(self) -> tuple[Outcome, ...]:
        """What was not verified, although without it the deployment is not known to work."""
        return tuple(each for each in self.by_status(Status.NOT_VERIFIED) if each.code in _ESSENTIAL)

    @property
    def decisive(self) -> tuple[Outcome, ...]:
        """What was not verified and keeps the verdict from being good."""
        return self.by_status(Status.NOT_VERIFIED) if self.strict else self.unknown

    @property
    def status(self) -> Status:
        """FAILED if a check or a drill failed; NOT_VERIFIED if an essential check has no result, or none passed."""
        if self.by_status(Status.FAILED) or not all(drill.held for drill in self.drills):
            return Status.FAILED
        if self.refused or self.decisive or not self.by_status(Status.PASSED):
            return Status.NOT_VERIFIED
        return Status.PASSED

    @property
    def code(self) -> int:
        """The exit code: what was not verified never counts as passed."""
        if self.refused:
            return TROUBLE
        return HELD if self.status is Status.PASSED else NOT_HELD

    @property
    def text(self) -> str:
        """The verdict over the outcomes in a sentence; drills are reported one by one."""
        counts = Counter(each.status for each in self.outcomes)
        told = ", ".join(f"{counts[status]} {status}" for status in Status if counts[status])
        if self.refused:
            return f"{told}: a permission is missing, so this is no verdict"
        if counts[Status.FAILED]:
            return f"{told}: it does not match the profile"
        if self.unknown:
            return f"{told}: unknown, an essential check has no result"
        if self.strict and counts[Status.NOT_VERIFIED]:
            return f"{told}: --strict takes what was not verified for failed"
        if not counts[Status.PASSED]:
            return f"{told or 'nothing was asked'}: nothing was seen to be right"
        rest = "; what was not verified is not known" if counts[Status.NOT_VERIFIED] else ""
        return f"{told}: nothing that was seen is wrong{rest}"
