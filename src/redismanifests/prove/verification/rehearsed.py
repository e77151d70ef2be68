"""Verified: what rehearsals of a profile saw, as a verification: a deployment was looked at, though of this machine.

Why: the report of a verification can be had without a cluster.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.prove.checks.probe import Status
from redismanifests.prove.rehearse.drilled import drilled
from redismanifests.prove.result.observation import Subject, SubjectKind
from redismanifests.prove.verification.making import verification

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from redismanifests.judge.review import Review
    from redismanifests.prove.checks.probe import Outcome
    from redismanifests.prove.rehearse.result import Result
    from redismanifests.prove.result.verification import Verification

_WORST_FIRST = (Status.FAILED, Status.NOT_VERIFIED, Status.PASSED)


def verified(reviewed: Review, results: Sequence[Result], *, machine: str, version: str) -> Verification:
    """One verification of all rehearsals: each probe as it came out worst, each scenario that a drill does."""
    notes = dict.fromkeys(note for result in results for note in result.not_carried)
    return verification(
        reviewed,
        Subject(SubjectKind.REHEARSAL, machine, reviewed.profile.namespace, tuple(notes)),
        _worst(outcome for result in results for outcome in result.probes),
        at=max(result.began + result.took_s for result in results),
        version=version,
        drills=[drill for result in results if (drill := drilled(result))],
        engines=sorted({result.engine for result in results} - {""}),
    )


def _worst(outcomes: Iterable[Outcome]) -> tuple[Outcome, ...]:
    found: dict[str, Outcome] = {}
    for outcome in outcomes:
        known = found.get(outcome.code)
        if known is None or _WORST_FIRST.index(outcome.status) < _WORST_FIRST.index(known.status):
            found[outcome.code] = outcome
    return tuple(found[code] for code in sorted(found))
