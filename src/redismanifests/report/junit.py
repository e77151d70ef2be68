"""Junit: findings as the XML that CI servers read: a suite a profile, a test case a finding.

Findings that fail the run are failures, waived ones are skipped, the others pass and say what they say. What must not
come in: printing, and which severities fail a run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from redismanifests.core.source import printable
from redismanifests.report.machine import title
from redismanifests.report.text import findings_text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from redismanifests.core.findings import Finding, Severity

Judged = tuple[str, "Sequence[Finding]"]
"""The name of a profile, and what was found about it."""


def findings_junit(
    judged: Iterable[Judged], shown: Callable[[str], str], failing: Collection[Severity]
) -> str:
    """One document; a profile without a finding is a test that passed."""
    root = Element("testsuites", name="redismanifests check")
    for name, findings in judged:
        suite = SubElement(root, "testsuite", name=printable(shown(name)))
        for finding in findings:
            _case(suite, finding, shown, failing)
        if not findings:
            SubElement(suite, "testcase", name="nothing to say", classname=printable(shown(name)))
        count(suite)
    count(root)
    return document(root)


def document(root: Element) -> str:
    """The whole file: an element of its own a line."""
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


def _case(
    suite: Element, finding: Finding, shown: Callable[[str], str], failing: Collection[Severity]
) -> None:
    line, _, _ = finding.place()
    file = printable(shown(finding.source.name)) if finding.source else ""
    where = ".".join(map(str, finding.path)) or "the file"
    case = SubElement(
        suite, "testcase", name=printable(f"{title(finding)}: {where}"), classname=file, file=file
    )
    if line:
        case.set("line", str(line))
    # Lines stay lines; any other control character has no place in XML 1.0.
    text = "\n".join(map(printable, findings_text([finding]).split("\n")))
    if finding.waived:
        SubElement(case, "skipped", message=printable(f"waived: {finding.waived}"))
    elif finding.severity in failing:
        failure = SubElement(case, "failure", type=str(finding.severity), message=printable(finding.fact))
        failure.text = text
    else:
        SubElement(case, "system-out").text = text


def count(element: Element) -> None:
    """Write down how many tests there are, and how they came out."""
    element.set("tests", str(len(list(element.iter("testcase")))))
    element.set("failures", str(len(list(element.iter("failure")))))
    element.set("errors", "0")
    element.set("skipped", str(len(list(element.iter("skipped")))))
