"""Markdown: a verification as a page for a repository, a merge request or a wiki.

Pictures of drills are charts in letters, so that the file is complete.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.sources.source import printable
from redismanifests.present.findings.markdown import code, escaped
from redismanifests.present.timeline.chart import chart
from redismanifests.present.verification import words
from redismanifests.present.verification.lanes import timeline
from redismanifests.prove.checks.probe import Status
from redismanifests.prove.result.recommendation import recommendations
from redismanifests.prove.result.section import sections

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from redismanifests.prove.result.drill import Drill
    from redismanifests.prove.result.section import Section
    from redismanifests.prove.result.verification import Verification

_STRONG = {"failed", "not met", "not verified"}


def markdown(verification: Verification) -> str:
    """The whole report."""
    lines = [
        *_summary(verification),
        *_matrix(verification),
        *_drills(verification.drills),
        *_evidence(sections(verification.outcomes)),
        *_limitations(verification),
        *_recommendations(verification),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _summary(verification: Verification) -> Iterator[str]:
    yield from (f"# {escaped(words.title(verification))}", "")
    yield from (f"**{words.verdict(verification)}.**", "")
    yield from table(("", ""), ((name, escaped(value)) for name, value in words.circumstances(verification)))
    notes = verification.subject.notes
    if notes:
        yield from ("Not as in a cluster:", "", *(f"- {escaped(note)}" for note in notes), "")


def _matrix(verification: Verification) -> Iterator[str]:
    if not verification.requirements:
        return
    yield from ("## Compliance matrix", "")
    yield words.MATRIX
    yield ""
    yield from table(
        ("requirement", "", "proven by", "seen"),
        (
            (
                f"**{escaped(each.claim.id)}** {escaped(each.claim.text)}",
                strong(words.met(each)),
                escaped(words.proofs(each)),
                escaped(words.proof(each)),
            )
            for each in verification.matrix
        ),
    )


def _drills(drills: Sequence[Drill]) -> Iterator[str]:
    if not drills:
        return
    yield from ("## Drills", "")
    for drill in drills:
        yield from (f"### {escaped(words.drill_title(drill))}", "")
        yield f"{'Held' if drill.held else '**Failed**'}: {escaped(words.drill_summary(drill))}."
        yield ""
        yield from (*(f"- wrong: {escaped(fault)}" for fault in drill.wrong), *([""] if drill.wrong else []))
        # Four spaces, not a fence: no text of it can end it.
        yield from (*indented(chart(timeline(drill, "drill")).splitlines()), "")


def _evidence(found: Sequence[Section]) -> Iterator[str]:
    yield from ("## Evidence", "")
    for section in found:
        passed = sum(each.status is Status.PASSED for each in section.outcomes)
        yield from (f"### {section.title}: {passed} of {len(section.outcomes)} passed", "")
        for each in section.outcomes:
            yield f"**{escaped(each.code)} {escaped(each.name)}**: {strong(str(each.status))}. {escaped(each.about)}"
            yield ""
            yield from (*(f"- {escaped(fact)}" for fact in each.facts), *([""] if each.facts else []))
            yield from ("<details><summary>commands and answers</summary>", "")
            yield from (*indented(words.evidence(each)), "", "</details>", "")


def _limitations(verification: Verification) -> Iterator[str]:
    yield from ("## Known limitations", "", words.LIMITATIONS, "")
    yield from (*(f"- {escaped(each)}" for each in verification.limitations), "")


def _recommendations(verification: Verification) -> Iterator[str]:
    yield from ("## Recommendations", "")
    found = recommendations(verification)
    if not found:
        yield words.NOTHING_TO_DO
        return
    yield from table(
        ("", "do", "command", "because"),
        (
            (str(number), escaped(each.do), code(each.command), escaped(each.because))
            for number, each in enumerate(found, 1)
        ),
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Rows whose cells are markup already."""
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    yield from (f"| {' | '.join(row)} |" for row in rows)
    yield ""


def strong(word: str) -> str:
    """A verdict; what is not well is bold."""
    return f"**{word}**" if word in _STRONG else word


def indented(lines: Iterable[str]) -> Iterator[str]:
    """A block of code."""
    yield from (f"    {printable(line)}".rstrip() for line in lines)
