"""Recommendation: what to do next, as it follows from what failed, what was not looked at, and what `check` says.

Each is derived from a fact in the same report, and names it; none is an opinion.
"""

from __future__ import annotations

from dataclasses import dataclass
from shlex import quote
from typing import TYPE_CHECKING

from redismanifests.core.findings import Severity
from redismanifests.profile.formulas.drill import Kind
from redismanifests.prove.checks.index import REMEDIES
from redismanifests.prove.checks.probe import Status
from redismanifests.prove.result.observation import SubjectKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.prove.checks.probe import Outcome
    from redismanifests.prove.result.verification import Verification


@dataclass(frozen=True, slots=True)
class Recommendation:
    """``because`` names its cause in the report, ``do`` is in the imperative."""

    because: str
    do: str
    command: str = ""


def recommendations(verification: Verification) -> tuple[Recommendation, ...]:
    """What is wrong first, then what is not known, then what could be better."""
    found = (
        *_failed(verification),
        *_drilled(verification),
        *_unknown(verification),
        *_not_drilled(verification),
        *_remarked(verification),
    )
    return tuple(dict.fromkeys(found))


def _failed(verification: Verification) -> Iterator[Recommendation]:
    of_remedy: dict[tuple[str, str], list[str]] = {}
    for outcome in verification.verdict.by_status(Status.FAILED):
        known = REMEDIES.get(outcome.code)
        do = known.do if known else f"Fix what the evidence of {outcome.code} shows, and verify again."
        command = _filled(known.command, verification) if known else _verify(verification)
        of_remedy.setdefault((do, command), []).append(f"{outcome.code} {outcome.name} failed")
    for (do, command), causes in of_remedy.items():
        yield Recommendation("; ".join(causes), do, command)


def _drilled(verification: Verification) -> Iterator[Recommendation]:
    for drill in verification.drills:
        if drill.held:
            continue
        do = "Find out what held it up, away from production: rehearse the same profile, which shows every step."
        cause = f"drill {drill.kind}: {'; '.join(drill.wrong)}"
        yield Recommendation(cause, do, f"redismanifests rehearse {quote(verification.profile)}")


def _unknown(verification: Verification) -> Iterator[Recommendation]:
    unknown = verification.verdict.by_status(Status.NOT_VERIFIED)
    if verification.subject.kind is not SubjectKind.CLUSTER:
        if unknown:
            cause = (
                f"{', '.join(each.code for each in unknown)} not verified in a {verification.subject.kind}"
            )
            yield Recommendation(
                cause, "Verify the running deployment in its cluster as well.", _verify(verification)
            )
        return
    of_reason: dict[str, list[Outcome]] = {}
    for outcome in unknown:
        of_reason.setdefault("; ".join(outcome.facts), []).append(outcome)
    for reason, outcomes in of_reason.items():
        names = ", ".join(f"{each.code} {each.name}" for each in outcomes)
        cause = f"{names} not verified: {reason}"
        yield Recommendation(cause, "Remove what hid it, and verify again.", _verify(verification))


def _not_drilled(verification: Verification) -> Iterator[Recommendation]:
    done = {drill.kind for drill in verification.drills}
    wanted: dict[Kind, list[str]] = {}
    for requirement in verification.requirements:
        for kind in requirement.drills:
            if kind not in done:
                wanted.setdefault(kind, []).append(requirement.id)
    for kind, ids in wanted.items():
        cause = f"requirement {', '.join(ids)} is proven by a drill {kind}, and none was run"
        do = "Run it, at a time when an outage of its bound may be felt."
        command = f"redismanifests drill {kind}{' NODE' if kind is Kind.DRAIN else ''} {quote(verification.profile)}"
        yield Recommendation(cause, do, command)


def _remarked(verification: Verification) -> Iterator[Recommendation]:
    # A note of `check` is worth a line, what is waived was decided.
    for severity in Severity:
        for each in verification.remarks:
            if each.severity is severity and not each.waived:
                fix = each.fix[:1].upper() + each.fix[1:]
                where = f" ({each.setting})" if each.setting else ""
                cause = f"{each.severity} {each.code} {each.name}: {each.fact}"
                yield Recommendation(cause, f"{fix}{where}.", f"redismanifests explain {each.code}")


def _verify(verification: Verification) -> str:
    return f"redismanifests verify {quote(verification.profile)}"


def _filled(command: str, verification: Verification) -> str:
    for word, value in (
        ("NAMESPACE", verification.subject.namespace),
        ("DEPLOYMENT", verification.deployment),
        ("PROFILE", verification.profile),
    ):
        command = command.replace(word, quote(value))
    return command
