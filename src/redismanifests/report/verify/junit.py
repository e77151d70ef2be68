"""Junit: a verification as the XML that CI servers read: a test case a check.

What must not come in: which outcomes fail a run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement

from redismanifests.core.source import printable
from redismanifests.probes.probe import Status
from redismanifests.report.junit import count, document

if TYPE_CHECKING:
    from redismanifests.verify.seen import Seen


def seen_junit(seen: Seen, name: str, *, strict: bool) -> str:
    """One suite; what was not verified is skipped, or fails where it fails the run."""
    root = Element("testsuites", name="redismanifests verify")
    suite = SubElement(root, "testsuite", name=printable(name), time=f"{seen.took_s:.3f}")
    decisive = {each.code for each in (seen.of(Status.NOT_VERIFIED) if strict else seen.open)}
    for each in seen.outcomes:
        case = SubElement(suite, "testcase", name=f"{each.code} {each.name}", classname=printable(name))
        why = printable("; ".join(each.facts))
        if each.status is Status.FAILED or each.code in decisive:
            failure = SubElement(case, "failure", type=str(each.status), message=why)
            failure.text = "\n".join(printable(fact) for fact in each.facts)
        elif each.status is Status.NOT_VERIFIED:
            SubElement(case, "skipped", message=why)
        said = [f"{e.pod}$ {e.command}\n{e.output}" for e in each.evidence]
        SubElement(case, "system-out").text = "\n".join(
            [each.about, *(printable(line) for text in said for line in text.splitlines())]
        )
    for element in (suite, root):
        count(element)
    return document(root)
