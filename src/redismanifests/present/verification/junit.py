"""Junit: a verification as CI servers read test results: suites for checks, requirements and drills.

What is not verified is skipped, with its reason: a server that counts it as passed would say more than was seen. Held
to the schema that Jenkins' xUnit plugin publishes.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple
from xml.etree.ElementTree import Element, SubElement

from redismanifests.core.sources.source import printable
from redismanifests.present.findings.junit import document
from redismanifests.present.verification import words
from redismanifests.prove.checks.probe import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from redismanifests.prove.result.verification import Verification


class _Case(NamedTuple):
    name: str
    status: Status
    why: Sequence[str]
    seen: Sequence[str]


def junit(verification: Verification) -> str:
    """One document."""
    checks = [
        _Case(f"{each.code} {each.name}", each.status, each.facts, (each.about, *words.evidence(each)))
        for each in verification.outcomes
    ]
    requirements = [
        _Case(f"{each.claim.id} {each.claim.text}", each.status, each.reasons, each.seen)
        for each in verification.matrix
    ]
    drills = [
        _Case(
            words.drill_title(each),
            Status.PASSED if each.held else Status.FAILED,
            each.wrong,
            (words.drill_summary(each),),
        )
        for each in verification.drills
    ]
    root = Element("testsuites", {"name": "redismanifests verify"})
    for name, cases in (("checks", checks), ("requirements", requirements), ("drills", drills)):
        if cases:
            _suite(root, f"{verification.deployment}.{name}", cases, verification)
    _count(root, [each for cases in (checks, requirements, drills) for each in cases])
    del root.attrib["skipped"]
    return document(root)


def _suite(root: Element, name: str, cases: Sequence[_Case], verification: Verification) -> None:
    when = datetime.fromtimestamp(verification.at, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    suite = SubElement(root, "testsuite", {"name": printable(name), "timestamp": when})
    _count(suite, cases)
    properties = SubElement(suite, "properties")
    for key, value in words.circumstances(verification):
        SubElement(properties, "property", {"name": key, "value": printable(value)})
    for title, status, why, seen in cases:
        case = SubElement(
            suite, "testcase", {"name": printable(title), "classname": printable(f"verify.{name}")}
        )
        text = "\n".join(map(printable, (*why, *seen)))
        if status is Status.FAILED:
            failure = SubElement(case, "failure", {"message": printable(why[0]), "type": "verification"})
            failure.text = text
        elif status is Status.NOT_VERIFIED:
            SubElement(case, "skipped", {"message": printable("; ".join(why))})
        SubElement(case, "system-out").text = text


def _count(element: Element, cases: Iterable[_Case]) -> None:
    statuses = [case.status for case in cases]
    element.set("tests", str(len(statuses)))
    element.set("failures", str(statuses.count(Status.FAILED)))
    element.set("errors", "0")
    element.set("skipped", str(statuses.count(Status.NOT_VERIFIED)))
