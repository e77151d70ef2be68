"""Observation: what live checks found, the worst first, with evidence and what to do; what passed is counted."""

from __future__ import annotations

import dataclasses
from importlib.metadata import version
from typing import TYPE_CHECKING

from redismanifests.core.named import NamedTuple
from redismanifests.present.document import Case, Document, Lines, Run, Suite, Suites, Tone
from redismanifests.present.verification.machine import document as verification_data
from redismanifests.prove.checks.index import REMEDIES
from redismanifests.prove.checks.probe import Status
from redismanifests.prove.verification.making import verification

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.present.document import Text
    from redismanifests.prove.checks.probe import Evidence, Outcome
    from redismanifests.prove.result.observation import Observation, Subject
    from redismanifests.prove.verification.target import Expected

_TONES = {Status.FAILED: Tone.BAD, Status.NOT_VERIFIED: Tone.OPEN, Status.PASSED: Tone.GOOD}
_CAUSES = ("PB100", "PB113")
"""Objects that are not there or not as rendered, and pods that do not run."""
_REASONS = 2
"""Of what could not be verified: the others are the same of the next pod."""
_FACTS = 10
"""Of one check: the next run shows the others."""
_SHORT_LINES, _SHORT_CHARACTERS = 12, 800
"""Of one answer, unless the whole evidence is asked for; a line is a field that the check looked at."""


class Asked(NamedTuple):
    """How strict the verdict is, and whether all evidence is shown."""

    strict: bool = False
    evidence: bool = False


def observation(
    seen: Observation,
    expected: Expected,
    subject: Subject | None = None,
    asked: Asked = Asked(),  # noqa: B008
) -> Document:
    """Everything that is not healthy, and the verdict; with ``evidence`` also what passed, and all answers.

    Without a ``subject`` it is for people alone.
    """
    return Document(
        screen=list(_screen(seen, expected, asked)),
        data=_data(seen, expected, subject, strict=asked.strict) if subject else None,
        suites=_suites(seen, f"{expected.name} in {expected.namespace}", strict=asked.strict),
    )


def _screen(seen: Observation, expected: Expected, asked: Asked) -> Iterator[Lines]:
    # Of a pod that is not there a dozen checks say so: what makes others fail comes first.
    worst = sorted(
        seen.verdict().by_status(Status.FAILED),
        key=lambda each: (not _CAUSES[0] <= each.code <= _CAUSES[1], each.code),
    )
    yield from (Lines(list(_failed(each, expected, asked.evidence))) for each in worst)
    yield from _not_verified(seen)
    if asked.evidence:
        passed = (each for each in seen.outcomes if each.status is not Status.FAILED)
        yield from (Lines(list(_whole(each))) for each in passed)
    verdict = seen.verdict(strict=asked.strict)
    notes = [line for note in seen.notes for line in f"note: {note}".split("\n")]
    yield Lines([*notes, (Run(verdict.text, _TONES[verdict.status]), f" ({seen.took_s:.1f} s)")])


def _head(outcome: Outcome) -> Text:
    return (Run(f"{outcome.status}[{outcome.code}]", _TONES[outcome.status]), f": {outcome.name}")


def _fact(fact: str) -> Iterator[Text]:
    first, *others = fact.split("\n")
    yield f"   = {first}"
    yield from (f"     {line}" for line in others)


def _failed(outcome: Outcome, expected: Expected, evidence: bool) -> Iterator[Text]:
    yield _head(outcome)
    for fact in outcome.facts[:_FACTS]:
        yield from _fact(fact)
    if (more := len(outcome.facts) - _FACTS) > 0:
        yield f"   = and {more} more"
    shown = outcome.evidence if evidence else _telling(outcome)
    for each in shown:
        yield from _evidence(each, short=not evidence)
    if found := REMEDIES.get(outcome.code):
        yield f"   = fix: {found.do}"
        if command := _command(found.command, shown, expected):
            yield f"   = run: {command}"


def _command(command: str, shown: tuple[Evidence, ...], expected: Expected) -> str:
    """The command of a remedy, about the pod that failed where it is about the first one of its set."""
    for pod in (each.pod for each in shown[:1] if each.pod):
        its_set = pod.rpartition("-")[0].replace(expected.name, "DEPLOYMENT", 1)
        command = command.replace(f"{its_set}-0 ", f"{pod} ")
    for word, value in expected.words.items():
        command = command.replace(word, value)
    return command


def _telling(outcome: Outcome) -> tuple[Evidence, ...]:
    """The first answer about what the facts name, else the first one."""
    named = tuple(each for each in outcome.evidence if any(_subject(each) in fact for fact in outcome.facts))
    return (named or outcome.evidence)[:1]


def _subject(evidence: Evidence) -> str:
    """The pod that was queried, or the kind of object that was read."""
    return evidence.pod or evidence.command.removeprefix("get ").partition(" ")[0]


def _whole(outcome: Outcome) -> Iterator[Text]:
    yield _head(outcome)
    yield f"   = {outcome.about}"
    for each in outcome.evidence:
        yield from _evidence(each)


def _evidence(evidence: Evidence, *, short: bool = False) -> Iterator[Text]:
    answer = evidence.output.strip().splitlines()
    if short:
        answer = "\n".join(answer)[:_SHORT_CHARACTERS].splitlines()[:_SHORT_LINES]
    where = f"{evidence.pod}$ " if evidence.pod else "$ "
    yield f"   | {where}{' '.join(evidence.command.split())[:100]}"
    yield from (f"   |   {line[:200]}" for line in answer)


def _not_verified(seen: Observation) -> Iterator[Lines]:
    """One block for each reason, with all that it kept from being verified."""
    by_reason: dict[tuple[str, ...], list[Outcome]] = {}
    for each in seen.verdict().by_status(Status.NOT_VERIFIED):
        by_reason.setdefault(each.facts, []).append(each)
    for facts, outcomes in by_reason.items():
        codes = ", ".join(f"{each.code} {each.name}" for each in outcomes)
        head: Text = (Run(str(Status.NOT_VERIFIED), Tone.OPEN), f": {codes}")
        why = [line for fact in facts[:_REASONS] for line in _fact(fact[:300])]
        more = len(facts) - _REASONS
        yield Lines([head, *why, *([f"   = and {more} more"] if more > 0 else [])])


def _data(seen: Observation, expected: Expected, subject: Subject, *, strict: bool) -> dict[str, object]:
    """Manifests have no profile, so theirs has only what was looked at, and the outcomes."""
    if expected.reviewed:
        made = verification(
            expected.reviewed, subject, seen.outcomes, at=seen.at, version=version("redismanifests")
        )
        value = verification_data(made)
    else:
        value = {
            "subject": dataclasses.asdict(subject),
            "at": seen.at,
            "outcomes": [dataclasses.asdict(each) for each in seen.outcomes],
        }
    found = seen.verdict(strict=strict)
    verdict = {"code": found.code, "text": found.text, "seconds": round(seen.took_s, 3)}
    missing = [refusal._asdict() for refusal in seen.refused]
    return {**value, "verdict": verdict, "missing_permissions": missing}


def _suites(seen: Observation, name: str, *, strict: bool) -> Suites:
    """One suite; what was not verified is skipped, or fails where it fails the run."""
    decisive = {each.code for each in seen.verdict(strict=strict).decisive}
    cases = [_case(each, name, fails=each.code in decisive) for each in seen.outcomes]
    return Suites("redismanifests verify", [Suite(name, cases, {"time": f"{seen.took_s:.3f}"})])


def _case(outcome: Outcome, name: str, *, fails: bool) -> Case:
    why = "; ".join(outcome.facts)
    failed = fails or outcome.status is Status.FAILED
    answers = (f"{each.pod}$ {each.command}\n{each.output}" for each in outcome.evidence)
    return Case(
        f"{outcome.code} {outcome.name}",
        name,
        failure={"type": str(outcome.status), "message": why} if failed else None,
        failure_text="\n".join(fact.replace("\n", "?") for fact in outcome.facts),
        skipped=why if outcome.status is Status.NOT_VERIFIED and not failed else None,
        output="\n".join([outcome.about, *(line for text in answers for line in text.splitlines())]),
    )
