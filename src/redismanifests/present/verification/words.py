"""Words: what every form of the report says alike: verdicts, counts, a drill in a line, evidence cut to a length."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from redismanifests.prove.checks.probe import Status
from redismanifests.prove.result.observation import SubjectKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from redismanifests.prove.checks.probe import Outcome
    from redismanifests.prove.result.claim import Judgement
    from redismanifests.prove.result.drill import Drill
    from redismanifests.prove.result.verification import Verification

STANDING = {
    Status.PASSED: "Held",
    Status.FAILED: "Failed",
    Status.NOT_VERIFIED: "No one knows whether it works",
}
SEEN = "Held as far as seen"
MET = {Status.PASSED: "met", Status.FAILED: "not met", Status.NOT_VERIFIED: "not verified"}
MATRIX = (
    "A requirement is met only if everything that proves it was seen to hold; what no one saw proves nothing."
)
LIMITATIONS = "They follow from the settings of the profile."
NOTHING_TO_DO = "Nothing failed, nothing is unknown, and `check` has no findings."
_LONGEST_OUTPUT = 14
"""Lines of one answer; all of them are in the JSON form."""
_LONGEST_LINE = 200


def stamp(at: float) -> str:
    """A moment in UTC, to the second."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def title(verification: Verification) -> str:
    """What the page is about."""
    return f"Verification of {verification.deployment} in {verification.subject.namespace}"


def verdict(verification: Verification) -> str:
    """All of it in a line: what was wrong, what no one saw, what is met."""
    counts = [
        f"{tally((each.status for each in verification.outcomes), 'passed', 'failed')} "
        f"of {len(verification.outcomes)} checks"
    ]
    if verification.requirements:
        counts.append(f"requirements: {tally(each.status for each in verification.matrix)}")
    if verification.drills:
        held = sum(drill.held for drill in verification.drills)
        counts.append(f"{held} of {len(verification.drills)} drills held, {_cost(verification.drills)}")
    standing = SEEN if partly(verification) else STANDING[verification.verdict.status]
    return f"{standing}: {'; '.join(counts)}"


def partly(verification: Verification) -> bool:
    """Whether nothing failed, but not everything was seen."""
    seen = [each.status for each in verification.outcomes] + [each.status for each in verification.matrix]
    return verification.held and Status.NOT_VERIFIED in seen


def _cost(drills: Sequence[Drill]) -> str:
    """The longest outage of all drills, and what they lost."""
    outages = [drill.outage_s for drill in drills]
    longest = max((each for each in outages if each is not None), default=0.0)
    outage = "writes did not recover" if None in outages else f"longest outage {longest:.2f} s"
    if any(drill.lost is None for drill in drills):
        return f"{outage}, no one knows whether writes were lost"
    return f"{outage}, {sum(drill.lost or 0 for drill in drills)} acknowledged writes lost"


def tally(statuses: Iterable[Status], good: str = "met", bad: str = "not met") -> str:
    """How many came out how, what there is none of left out."""
    counts = Counter(statuses)
    names = {Status.PASSED: good, Status.FAILED: bad, Status.NOT_VERIFIED: "not verified"}
    return ", ".join(f"{counts[status]} {name}" for status, name in names.items() if counts[status]) or "none"


def circumstances(verification: Verification) -> Iterator[tuple[str, str]]:
    """Under which it was seen: name and value."""
    subject = verification.subject
    where = {
        SubjectKind.CLUSTER: "cluster, context",
        SubjectKind.DUMP: "dump",
        SubjectKind.REHEARSAL: "rehearsal on",
    }[subject.kind]
    yield "looked at", f"{where} {subject.name}, namespace {subject.namespace}"
    yield "when", stamp(verification.at)
    yield "servers", ", ".join(verification.engines) or "none answered"
    yield "profile", f"{verification.profile}, sha256 {verification.digest[:16]}…"
    yield "redismanifests", verification.version
    bounds = verification.bounds
    yield (
        "computed",
        f"a failover takes up to {bounds.failover_s:g} s, after an election that failed up to "
        f"{bounds.after_failed_election_s:g} s; promised are {bounds.target_s:g} s",
    )


def met(judged: Judgement) -> str:
    """A requirement's verdict."""
    return MET[judged.status]


def proof(judged: Judgement) -> str:
    """The reasons for a failure or a missing result, else the observation."""
    return "; ".join(judged.reasons or judged.seen)


def proofs(judged: Judgement) -> str:
    """By what it would be shown."""
    claim = judged.claim
    named = [*claim.probes, *(f"drill {kind}" for kind in claim.drills)]
    within = f" within {claim.within_s:g} s" if claim.within_s is not None else ""
    return ", ".join(named) + within


def drill_title(drill: Drill) -> str:
    """What was done."""
    return f"drill {drill.kind}: {drill.how}"


def drill_summary(drill: Drill) -> str:
    """What came of it, as an operator asks."""
    outage = "writes did not recover" if drill.outage_s is None else f"outage {drill.outage_s:.2f} s"
    told = [f"{outage} (bound {drill.bound_s:g} s)"]
    told.append(
        "no one knows whether writes were lost"
        if drill.lost is None
        else f"{drill.lost} of {drill.acknowledged} acknowledged writes lost"
    )
    told.append(f"{drill.promoted} promoted" if drill.promoted else "no one promoted")
    told.append(
        "never agreed again" if drill.agreed_s is None else f"all agreed after {drill.agreed_s:.1f} s"
    )
    return "; ".join(told)


def evidence(outcome: Outcome) -> Iterator[str]:
    """Commands and what they answered, as lines; long answers are cut and say so."""
    for each in outcome.evidence:
        yield f"{each.pod}$ {each.command}"
        lines = each.output.splitlines()
        for line in lines[:_LONGEST_OUTPUT]:
            yield f"  {line[:_LONGEST_LINE]}{'…' if len(line) > _LONGEST_LINE else ''}".rstrip()
        if len(lines) > _LONGEST_OUTPUT:
            yield f"  … {len(lines) - _LONGEST_OUTPUT} lines more in the JSON form"
