"""Verification: what was seen of a deployment against its requirements: matrix, drills, evidence, what to do."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from redismanifests.present.document import (
    Case,
    Document,
    Fold,
    Lines,
    Paragraph,
    Picture,
    Points,
    Run,
    Section,
    Suite,
    Suites,
    Table,
    Tone,
    anchor,
    status,
)
from redismanifests.present.verification import words
from redismanifests.present.verification.lanes import timeline
from redismanifests.present.verification.machine import document as verification_data
from redismanifests.prove.checks.probe import Status
from redismanifests.prove.result.recommendation import recommendations
from redismanifests.prove.result.section import sections

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from redismanifests.present.document import Block, Text
    from redismanifests.prove.checks.probe import Outcome
    from redismanifests.prove.result.verification import Verification

_WORST = (Status.FAILED, Status.NOT_VERIFIED, Status.PASSED)


@dataclass(frozen=True, slots=True)
class _Chapter:
    """A section, and its row in the overview."""

    kind: str
    verdict: str
    text: str
    section: Section


def verified(verification: Verification) -> Document:
    """The whole report; its drills have pictures."""
    matrix, follows = list(_matrix(verification)), list(_follows(verification))
    drills, evidence = list(_drills(verification)), list(_evidence(verification))
    overview = [
        (status(each.verdict), each.kind, Run(each.section.title, link=f"#{each.section.name}"), each.text)
        for each in (*matrix, *drills, *evidence, *follows)
    ]
    return Document(
        title=words.title(verification),
        verdict=Run(words.verdict(verification), _tone(verification)),
        circumstances=list(words.circumstances(verification)),
        blocks=[
            Table(("verdict", "part", "chapter", "result"), overview),
            *(each.section for each in matrix),
            *_together("Drills", drills),
            *_together("Evidence", evidence),
            *(each.section for each in follows),
        ],
        data=verification_data(verification),
        suites=_suites(verification),
    )


def _tone(verification: Verification) -> Tone:
    if words.partly(verification):
        return Tone.OPEN
    return Tone.GOOD if verification.held else Tone.BAD


def _section(title: str, blocks: Sequence[Block], name: str = "") -> Section:
    return Section(title, blocks, name=name or anchor(title))


def _together(title: str, chapters: Sequence[_Chapter]) -> Iterator[Section]:
    if chapters:
        yield _section(title, [each.section for each in chapters])


def _matrix(verification: Verification) -> Iterator[_Chapter]:
    matrix = verification.matrix
    if not matrix:
        return
    rows = [
        (
            (Run(each.claim.id, strong=True), f" {each.claim.text}"),
            status(words.met(each)),
            words.proofs(each),
            words.proof(each),
        )
        for each in matrix
    ]
    found = {each.status for each in matrix}
    worst = next(each for each in _WORST if each in found)
    table = Table(("requirement", "verdict", "proven by", "seen"), rows)
    yield _Chapter(
        "requirements",
        words.MET[worst],
        words.tally(each.status for each in matrix),
        _section("Compliance matrix", [Paragraph(words.MATRIX), table]),
    )


def _drills(verification: Verification) -> Iterator[_Chapter]:
    names: Counter[str] = Counter()
    for number, drill in enumerate(verification.drills, 1):
        title, summary = words.drill_title(drill), words.drill_summary(drill)
        verdict = "held" if drill.held else "failed"
        name = anchor(title)
        # Renderers of Markdown number headings of the same text.
        unique = f"{name}-{names[name]}" if names[name] else name
        names[name] += 1
        blocks: list[Block] = [Paragraph((status(verdict), f": {summary}."))]
        if drill.wrong:
            blocks.append(Points(list(wrong(drill.wrong))))
        blocks.append(Picture(timeline(drill, f"drill-{number}-picture")))
        yield _Chapter("drill", verdict, summary, _section(title, blocks, unique))


def wrong(facts: Iterable[str]) -> Iterator[Text]:
    """What failed, as points of a list."""
    yield from ((Run("wrong", Tone.BAD), f": {fact}") for fact in facts)


def _evidence(verification: Verification) -> Iterator[_Chapter]:
    for section in sections(verification.outcomes):
        rows = [
            (each.code, status(str(each.status)), each.name, "\n".join((each.about, *each.facts)))
            for each in section.outcomes
        ]
        text = words.tally((each.status for each in section.outcomes), "passed", "failed")
        passed = sum(each.status is Status.PASSED for each in section.outcomes)
        blocks: list[Block] = [
            Paragraph((status(str(section.status)), f": {passed} of {len(rows)} passed.")),
            Table(("code", "verdict", "check", "what must hold"), rows),
            *(_answers(each) for each in section.outcomes if each.evidence),
        ]
        yield _Chapter("evidence", str(section.status), text, _section(section.title, blocks))


def _answers(outcome: Outcome) -> Fold:
    title = f"{outcome.code} {outcome.name}: commands and answers"
    return Fold(title, [Lines(list(words.evidence(outcome)))], open=outcome.status is Status.FAILED)


def _follows(verification: Verification) -> Iterator[_Chapter]:
    limits = verification.limitations
    about: list[Block] = [Paragraph(words.LIMITATIONS), *([Points(limits)] if limits else [])]
    yield _Chapter("limits", "", f"{len(limits)}", _section("Known limitations", about))
    if notes := verification.subject.notes:
        yield _Chapter("limits", "", f"{len(notes)}", _section("Not as in a cluster", [Points(notes)]))
    found = recommendations(verification)
    rows = [
        (str(number), each.do, Run(each.command, code=True), each.because)
        for number, each in enumerate(found, 1)
    ]
    table = Table(("step", "do", "command", "because"), rows)
    blocks = [table] if found else [Paragraph(words.NOTHING_TO_DO)]
    yield _Chapter("to do", "", f"{len(found)}", _section("Recommendations", blocks))


def _suites(verification: Verification) -> Suites:
    """A suite each for checks, requirements and drills.

    What is not verified is skipped, with its reason: a server that counts it as passed would say more than was seen.
    """
    name = f"{verification.deployment}."
    tests = {
        "checks": [
            _case(f"{each.code} {each.name}", each.status, each.facts, (each.about, *words.evidence(each)))
            for each in verification.outcomes
        ],
        "requirements": [
            _case(f"{each.claim.id} {each.claim.text}", each.status, each.reasons, each.seen)
            for each in verification.matrix
        ],
        "drills": [
            _case(
                words.drill_title(each),
                Status.PASSED if each.held else Status.FAILED,
                each.wrong,
                (words.drill_summary(each),),
            )
            for each in verification.drills
        ],
    }
    when = datetime.fromtimestamp(verification.at, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    properties = dict(words.circumstances(verification))
    return Suites(
        "redismanifests verify",
        [
            Suite(
                name + kind,
                [each._replace(classname=f"verify.{name}{kind}") for each in cases],
                {"timestamp": when},
                properties,
            )
            for kind, cases in tests.items()
            if cases
        ],
        root=("name", "tests", "failures", "errors"),
        suite=("name", "timestamp", "tests", "failures", "errors", "skipped"),
    )


def _case(name: str, outcome: Status, why: Sequence[str], seen: Sequence[str]) -> Case:
    text = "\n".join(line.replace("\n", "?") for line in (*why, *seen))
    failed = outcome is Status.FAILED
    return Case(
        name,
        "",
        failure={"message": why[0], "type": "verification"} if failed else None,
        failure_text=text,
        skipped="; ".join(why) if outcome is Status.NOT_VERIFIED else None,
        output=text,
    )
