"""Page: a verification as one self-contained HTML file, with the pictures of its drills."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.present.page import Chapter, Entry, Fold, Page, Table, html
from redismanifests.present.timeline import svg
from redismanifests.present.verification import words
from redismanifests.present.verification.lanes import timeline
from redismanifests.prove.checks.probe import Status
from redismanifests.prove.result.recommendation import recommendations
from redismanifests.prove.result.section import sections

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from redismanifests.prove.result.section import Section
    from redismanifests.prove.result.verification import Verification


def page(verification: Verification) -> str:
    """The page as HTML."""
    entries: list[Entry] = []
    chapters: list[Chapter] = []
    for subject, chapter, text in (
        *_judged(verification),
        *_drills(verification),
        *((("evidence"), *_section(section)) for section in sections(verification.outcomes)),
        *_follows(verification),
    ):
        entries.append(Entry(chapter.verdict, subject, chapter.name, text))
        chapters.append(chapter)
    return html(
        Page(
            title=words.title(verification),
            verdict=words.verdict(verification),
            held=verification.held,
            circumstances="\n".join(f"{name}: {value}" for name, value in words.circumstances(verification)),
            head=("", "", "chapter", "what came out"),
            entries=entries,
            chapters=chapters,
        )
    )


Told = tuple[str, Chapter, str]
"""What kind of chapter it is, the chapter, and what came out in a line."""


def _judged(verification: Verification) -> Iterator[Told]:
    matrix = verification.matrix
    if not matrix:
        return
    rows = [
        (each.claim.id, each.claim.text, words.met(each), words.proofs(each), words.proof(each))
        for each in matrix
    ]
    worst = {Status.PASSED: "met", Status.FAILED: "not met", Status.NOT_VERIFIED: "not verified"}
    yield (
        "judged",
        Chapter(
            "requirements",
            "Compliance matrix",
            words.MATRIX,
            worst[_worst(each.status for each in matrix)],
            tables=[Table(("", "requirement", "", "proven by", "seen"), rows)],
        ),
        words.tally(each.status for each in matrix),
    )


def _drills(verification: Verification) -> Iterator[Told]:
    for number, drill in enumerate(verification.drills, 1):
        name = f"drill-{number}"
        chapter = Chapter(
            name,
            words.drill_title(drill),
            words.drill_summary(drill),
            "held" if drill.held else "failed",
            wrong=drill.wrong,
            picture=svg(timeline(drill, f"{name}-picture")),
        )
        yield "drill", chapter, words.drill_summary(drill)


def _section(section: Section) -> tuple[Chapter, str]:
    name = section.title.lower().replace(",", "").replace(" ", "-")
    rows = [
        (each.code, str(each.status), each.name, "\n".join((each.about, *each.facts)))
        for each in section.outcomes
    ]
    folds = [
        Fold(
            f"{each.code} {each.name}: commands and answers",
            "\n".join(words.evidence(each)),
            open=each.status is Status.FAILED,
        )
        for each in section.outcomes
        if each.evidence
    ]
    chapter = Chapter(
        name,
        section.title,
        verdict=str(section.status),
        tables=[Table(("code", "", "check", "what must hold"), rows)],
        folds=folds,
    )
    return chapter, words.tally((each.status for each in section.outcomes), "passed", "failed")


def _follows(verification: Verification) -> Iterator[Told]:
    limits = verification.limitations
    yield (
        "limits",
        Chapter("limitations", "Known limitations", words.LIMITATIONS, points=limits),
        f"{len(limits)}",
    )
    if notes := verification.subject.notes:
        chapter = Chapter("unlike-a-cluster", "Not as in a cluster", points=notes)
        yield "limits", chapter, f"{len(notes)}"
    found = recommendations(verification)
    rows = [(str(number), each.do, each.command, each.because) for number, each in enumerate(found, 1)]
    about = "" if found else words.NOTHING_TO_DO
    tables = [Table(("", "do", "command", "because"), rows, code=2)] if found else []
    yield "to do", Chapter("recommendations", "Recommendations", about, tables=tables), f"{len(found)}"


def _worst(statuses: Iterable[Status]) -> Status:
    found = set(statuses)
    return next((each for each in (Status.FAILED, Status.NOT_VERIFIED) if each in found), Status.PASSED)
