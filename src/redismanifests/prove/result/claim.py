"""Claim: a statement about the deployment, its proofs, and their result.

Why: a requirement holds when every proof passed as observed, and what was not looked at is no proof.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from redismanifests.profile.formulas.drill import Kind
from redismanifests.prove.checks.probe import Confidence, Status

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from redismanifests.prove.checks.probe import Outcome
    from redismanifests.prove.result.drill import Drill


@dataclass(frozen=True, slots=True)
class Claim:
    """``probes`` must pass and ``drills`` hold; ``within_s`` is the longest outage of these drills, in seconds."""

    id: str
    text: str
    probes: tuple[str, ...] = ()
    drills: tuple[Kind, ...] = ()
    within_s: float | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """The result of a claim. ``reasons`` say why it failed, or why it is not verified."""

    claim: Claim
    status: Status
    reasons: tuple[str, ...]
    seen: tuple[str, ...]
    """The proofs that were seen to hold, in words."""


def judgement(
    claim: Claim, outcomes: Mapping[str, Outcome], drills: Sequence[Drill], failover_s: float
) -> Judgement:
    """Whether the claim holds; ``failover_s`` is what was computed, and proves nothing."""
    found = [
        *(_of_probe(code, outcomes.get(code)) for code in claim.probes),
        *(_of_drill(claim, kind, drills, failover_s) for kind in claim.drills),
    ]
    told = {status: [text for each, text in found if each is status] for status in Status}
    if told[Status.FAILED]:
        status = Status.FAILED
    elif told[Status.NOT_VERIFIED]:
        status = Status.NOT_VERIFIED
    elif told[Status.PASSED]:
        status = Status.PASSED
    else:
        status, told[Status.NOT_VERIFIED] = Status.NOT_VERIFIED, ["nothing is named that would show it"]
    reasons = told[status] if status is not Status.PASSED else []
    return Judgement(claim, status, tuple(reasons), tuple(told[Status.PASSED]))


def _of_probe(code: str, outcome: Outcome | None) -> tuple[Status, str]:
    if outcome is None:
        return Status.NOT_VERIFIED, f"{code} was not asked"
    name = f"{code} {outcome.name}"
    if outcome.status is Status.PASSED and outcome.confidence is not Confidence.OBSERVED:
        return Status.NOT_VERIFIED, f"{name} was inferred only"
    facts = "; ".join(outcome.facts)
    return outcome.status, f"{name}: {facts}" if facts else name


def _of_drill(claim: Claim, kind: Kind, drills: Sequence[Drill], failover_s: float) -> tuple[Status, str]:
    of_kind = [drill for drill in drills if drill.kind is kind]
    if not of_kind:
        return Status.NOT_VERIFIED, "; ".join(_not_drilled(claim, kind, failover_s))
    wrong = dict.fromkeys(
        fault
        for drill in of_kind
        for fault in (drill.wrong if claim.within_s is None else drill.wrong_within(claim.within_s))
    )
    if wrong:
        return Status.FAILED, f"drill {kind}: {'; '.join(wrong)}"
    longest = max(drill.outage_s or 0.0 for drill in of_kind)
    limit = "" if claim.within_s is None else f" of {claim.within_s:g} s"
    return Status.PASSED, f"drill {kind}: outage {longest:.2f} s{limit}, no acknowledged write lost"


def _not_drilled(claim: Claim, kind: Kind, failover_s: float) -> Iterator[str]:
    yield f"no drill {kind} was run"
    if claim.within_s is not None and kind is Kind.FAILOVER:
        yield f"computed only: a failover takes up to {failover_s:g} s, and {claim.within_s:g} s is demanded"
