"""Junit: the tests of a document as the XML that CI servers read; attributes as Jenkins' xUnit schema has them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from redismanifests.core.sources.source import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redismanifests.present.document import Case, Document
    from redismanifests.present.writers import Terminal


def write(document: Document, _: Terminal) -> str:
    """The whole file: an element of its own a line; a document without tests has no suite."""
    found = document.suites
    root = Element("testsuites")
    for suite in found.suites if found else ():
        counted = {"name": suite.name, **suite.attributes, **_counts(suite.cases)}
        element = SubElement(root, "testsuite", _chosen(counted, found.suite if found else ()))
        if suite.properties is not None:
            properties = SubElement(element, "properties")
            for name, value in suite.properties.items():
                SubElement(properties, "property", {"name": name, "value": printable(value)})
        for case in suite.cases:
            _case(element, case)
    if found:
        cases = [case for suite in found.suites for case in suite.cases]
        root.attrib |= _chosen({"name": found.name, "time": found.time, **_counts(cases)}, found.root)
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


def _counts(cases: Sequence[Case]) -> dict[str, str]:
    return {
        "tests": str(len(cases)),
        "failures": str(sum(case.failure is not None for case in cases)),
        "errors": "0",
        "skipped": str(sum(case.skipped is not None for case in cases)),
    }


def _chosen(values: dict[str, str], names: Sequence[str]) -> dict[str, str]:
    return {name: printable(values[name]) for name in names if values.get(name)}


def _case(suite: Element, case: Case) -> None:
    named = {"name": case.name, "classname": case.classname, **case.attributes}
    element = SubElement(suite, "testcase", {name: printable(value) for name, value in named.items()})
    if case.failure is not None:
        attributes = {name: printable(value) for name, value in case.failure.items()}
        SubElement(element, "failure", attributes).text = _safe(case.failure_text)
    if case.skipped is not None:
        SubElement(element, "skipped", {"message": printable(case.skipped)})
    if case.output is not None:
        SubElement(element, "system-out").text = _safe(case.output)


def _safe(text: str) -> str:
    """Lines stay lines; any other control character has no place in XML 1.0."""
    return "\n".join(map(printable, text.split("\n")))
