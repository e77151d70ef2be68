"""Text: what a verification found, the worst first, with evidence and what to do; what passed is counted.

What must not come in: printing, deciding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.source import printable
from redismanifests.probes.probe import Status
from redismanifests.report.text import lines, painted
from redismanifests.verification.remedy import remedy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from redismanifests.probes.probe import Evidence, Outcome
    from redismanifests.verify.seen import Seen

_COLOURS = {Status.FAILED: "31;1", Status.NOT_VERIFIED: "33;1", Status.PASSED: "32;1"}
_CAUSES = ("PB100", "PB113")
"""Objects that are not there or not as rendered, and pods that do not run."""
_REASONS = 2
"""Of what could not be verified: the others are the same of the next pod."""
_FACTS = 10
"""Of one check: beyond these the next look will tell."""
_SHORT_LINES, _SHORT_CHARACTERS = 12, 800
"""Of one answer, unless the whole evidence is asked for; a line is a field that the probe looked at."""


def seen_text(
    seen: Seen, words: Mapping[str, str], *, strict: bool, evidence: bool = False, colour: bool = False
) -> str:
    """Everything that is not right, and the verdict; with ``evidence`` also what passed, and all that was said.

    ``words`` are what the commands of remedies speak of: NAMESPACE, DEPLOYMENT and PROFILE.
    """
    # Of a pod that is not there a dozen checks say so: what makes others fail comes first.
    worst = sorted(
        seen.of(Status.FAILED), key=lambda each: (not _CAUSES[0] <= each.code <= _CAUSES[1], each.code)
    )
    blocks = [_failed(each, words, evidence, colour) for each in worst]
    blocks += _not_verified(seen, colour)
    if evidence:
        blocks += [_whole(each, colour) for each in seen.outcomes if each.status is not Status.FAILED]
    notes = "".join(f"note: {lines(note)}\n" for note in seen.notes)
    return "\n".join([*blocks, f"{notes}{verdict_text(seen, strict=strict, colour=colour)}"])


def verdict_text(seen: Seen, *, strict: bool, colour: bool = False) -> str:
    """The last line."""
    held = seen.code(strict=strict) == 0
    worst = Status.PASSED if held else Status.FAILED if seen.of(Status.FAILED) else Status.NOT_VERIFIED
    return f"{painted(seen.verdict(strict=strict), _COLOURS[worst], colour)} ({seen.took_s:.1f} s)\n"


def _head(outcome: Outcome, colour: bool) -> str:
    return (
        f"{painted(f'{outcome.status}[{outcome.code}]', _COLOURS[outcome.status], colour)}: {outcome.name}\n"
    )


def _failed(outcome: Outcome, words: Mapping[str, str], evidence: bool, colour: bool) -> str:
    facts = [f"   = {lines(fact, ' ' * 5)}\n" for fact in outcome.facts[:_FACTS]]
    if more := len(outcome.facts) - _FACTS:
        facts += [f"   = and {more} more\n"] if more > 0 else []
    found = remedy(outcome.code)
    fix = f"   = fix: {found.do}\n" if found else ""
    asked = outcome.evidence if evidence else _telling(outcome)
    command = found.command if found else ""
    for pod in (each.pod for each in asked[:1] if each.pod):
        # The pod that failed, where the command speaks of the first one of its set.
        its_set = pod.rpartition("-")[0].replace(words["DEPLOYMENT"], "DEPLOYMENT", 1)
        command = command.replace(f"{its_set}-0 ", f"{pod} ")
    for word, value in words.items():
        command = command.replace(word, value)
    run = f"   = run: {command}\n" if command else ""
    return (
        _head(outcome, colour)
        + "".join(facts)
        + "".join(_evidence(each, short=not evidence) for each in asked)
        + fix
        + run
    )


def _telling(outcome: Outcome) -> tuple[Evidence, ...]:
    """The first answer about what the facts name, else the first one."""
    named = tuple(each for each in outcome.evidence if any(_subject(each) in fact for fact in outcome.facts))
    return (named or outcome.evidence)[:1]


def _subject(evidence: Evidence) -> str:
    """The pod that was asked, or the kind of object that was read."""
    return evidence.pod or evidence.command.removeprefix("get ").partition(" ")[0]


def _whole(outcome: Outcome, colour: bool) -> str:
    return f"{_head(outcome, colour)}   = {outcome.about}\n" + "".join(
        _evidence(each) for each in outcome.evidence
    )


def _evidence(evidence: Evidence, *, short: bool = False) -> str:
    said = evidence.output.strip().splitlines()
    if short:
        said = "\n".join(said)[:_SHORT_CHARACTERS].splitlines()[:_SHORT_LINES]
    where = f"{evidence.pod}$ " if evidence.pod else "$ "
    command = " ".join(evidence.command.split())
    head = f"   | {where}{printable(command[:100])}\n"
    return head + "".join(f"   |   {printable(line[:200])}\n" for line in said)


def _not_verified(seen: Seen, colour: bool) -> Iterator[str]:
    """One block for each reason, with all that it kept from being verified."""
    by_reason: dict[tuple[str, ...], list[Outcome]] = {}
    for each in seen.of(Status.NOT_VERIFIED):
        by_reason.setdefault(each.facts, []).append(each)
    for facts, outcomes in by_reason.items():
        codes = ", ".join(f"{each.code} {each.name}" for each in outcomes)
        head = painted("not verified", _COLOURS[Status.NOT_VERIFIED], colour)
        why = "".join(f"   = {lines(fact[:300], ' ' * 5)}\n" for fact in facts[:_REASONS])
        more = len(facts) - _REASONS
        why += f"   = and {more} more\n" if more > 0 else ""
        yield f"{head}: {codes}\n{why}"
