"""Words: what every form of the report says alike: verdicts, counts, a drill in a line, evidence cut to a length.

What must not come in: markup.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from redismanifests.probes.probe import Status
from redismanifests.verification import SubjectKind
from redismanifests.verification.reference import CHECKS, CLAIMED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from redismanifests.drills.result import Drill
    from redismanifests.probes.probe import Outcome
    from redismanifests.verification import Judgement, Verification

STANDING = {
    Status.PASSED: "Held",
    Status.FAILED: "Failed",
    Status.NOT_VERIFIED: "Nobody knows whether it works",
}
_MET = {Status.PASSED: "met", Status.FAILED: "not met", Status.NOT_VERIFIED: "not verified"}
MATRIX = (
    "A requirement is met only if everything that proves it was seen to hold; what nobody saw proves nothing."
)
CHECKLIST = "The 26 checks of the hand-built deployment, and the three that it never ran."
LIMITATIONS = "They follow from the settings of the profile."
NOTHING_TO_DO = "Nothing failed, nothing is unknown, and `check` has nothing to say."
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
    """All of it in a line: what was wrong, what nobody saw, what is met."""
    counts = [
        f"{tally((each.status for each in verification.outcomes), 'passed', 'failed')} "
        f"of {len(verification.outcomes)} checks"
    ]
    counts.append(f"requirements: {tally(each.status for each in verification.matrix)}")
    if verification.drills:
        held = sum(drill.held for drill in verification.drills)
        counts.append(f"{held} of {len(verification.drills)} drills held")
    return f"{STANDING[verification.standing]}: {'; '.join(counts)}"


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
    return _MET[judged.status]


def proof(judged: Judgement) -> str:
    """Why: what speaks against it or is not known, else what was seen."""
    return "; ".join(judged.reasons or judged.seen)


def proofs(judged: Judgement) -> str:
    """By what it would be shown."""
    claim = judged.claim
    named = [*claim.probes, *(f"drill {kind}" for kind in claim.drills)]
    within = f" within {claim.within_s:g} s" if claim.within_s is not None else ""
    return ", ".join(named) + within


def checklist(verification: Verification) -> list[tuple[str, str, str, str]]:
    """Every line of the reference: verdict, number, text, why."""
    rows = []
    for claim in (*CHECKS, *CLAIMED):
        judged = verification.judged(claim)
        text = f"{claim.text} (was claimed, never run)" if claim in CLAIMED else claim.text
        rows.append((str(judged.status), claim.id, text, proof(judged)))
    return rows


def beyond(verification: Verification) -> tuple[Outcome, ...]:
    """The checks that the reference has no line for."""
    known = {code for claim in CHECKS for code in claim.probes}
    return tuple(outcome for outcome in verification.outcomes if outcome.code not in known)


def drill_title(drill: Drill) -> str:
    """What was done."""
    return f"drill {drill.kind}: {drill.how}"


def drill_summary(drill: Drill) -> str:
    """What came of it, as an operator asks."""
    outage = "writes never came back" if drill.outage_s is None else f"outage {drill.outage_s:.2f} s"
    told = [f"{outage} (bound {drill.bound_s:g} s)"]
    told.append(
        "nobody knows whether writes were lost"
        if drill.lost is None
        else f"{drill.lost} of {drill.acknowledged} acknowledged writes lost"
    )
    told.append(f"{drill.promoted} promoted" if drill.promoted else "nobody promoted")
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
