"""Junit: the record of rehearsals as CI servers read test results: a suite per subject, a case per run.

Held to the schema that Jenkins' xUnit plugin publishes.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement

from redismanifests.core.sources.source import printable
from redismanifests.present.findings.junit import document
from redismanifests.present.rehearsal.figure import limit, missed, shown, summary
from redismanifests.present.rehearsal.log import excerpt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redismanifests.prove.rehearse.suite import Record, Run


def junit(record: Record) -> str:
    """One document; a run that never came is no case."""
    root = Element("testsuites", {"name": "redismanifests rehearse", **_counts(record.runs)})
    for subject in dict.fromkeys(run.subject for run in record.runs):
        runs = [run for run in record.runs if run.subject == subject]
        began = datetime.fromtimestamp(runs[0].result.began, UTC).strftime("%Y-%m-%dT%H:%M:%S")
        suite = SubElement(
            root,
            "testsuite",
            {"name": printable(subject), **_counts(runs), "skipped": "0", "timestamp": began},
        )
        _properties(suite, record, runs)
        for run in runs:
            _case(suite, run)
    return document(root)


def _counts(runs: Sequence[Run]) -> dict[str, str]:
    return {
        "tests": str(len(runs)),
        "failures": str(sum(not run.result.held for run in runs)),
        "errors": "0",
        "time": f"{sum(run.result.took_s for run in runs):.3f}",
    }


def _properties(suite: Element, record: Record, runs: Sequence[Run]) -> None:
    properties = SubElement(suite, "properties")
    facts = {
        "redismanifests": record.version,
        "engine": ", ".join(sorted({run.result.engine for run in runs} - {""})),
        "deployed": ", ".join(sorted({run.result.deployed for run in runs} - {""})),
        "machine": record.machine,
        "dnsTtl": f"{record.dns_ttl_s:g}s",
    }
    for name, value in facts.items():
        SubElement(properties, "property", {"name": name, "value": value})


def _case(suite: Element, run: Run) -> None:
    result = run.result
    name = result.scenario + (f" ({run.number})" if run.number > 1 else "")
    attributes = {
        "name": name,
        "classname": f"rehearse.{printable(run.subject)}",
        "time": f"{result.took_s:.3f}",
    }
    case = SubElement(suite, "testcase", attributes)
    if not result.held:
        wrong = [
            *(f"{m.name}: {shown(m.value, m.unit)}, limit {limit(m.limit, m.unit)}" for m in missed(run)),
            *result.problems,
        ]
        failure = SubElement(case, "failure", {"message": printable(wrong[0]), "type": "rehearsal"})
        failure.text = "\n".join([*map(printable, wrong), "", *excerpt(result)])
    SubElement(case, "system-out").text = printable(f"{run.about}: {summary(run)}")
