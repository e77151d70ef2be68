"""Sarif: findings as a SARIF 2.1.0 log, for code scanning and viewers.

Columns count characters and the end of a region is the column after it (SARIF 3.30). Fingerprints are made of the
setting, not of the line, so that a finding stays the same one when lines move.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from importlib.metadata import version
from typing import TYPE_CHECKING
from urllib.parse import quote

from redismanifests.judge.explanation import explanations
from redismanifests.present.documents.explanation import explanation
from redismanifests.present.writers import written
from redismanifests.present.writers.json import json_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from redismanifests.core.findings import Finding
    from redismanifests.judge.explanation import Explanation
    from redismanifests.present.document import Document
    from redismanifests.present.writers import Terminal

_SAFE = "/-._~!$&'()*+,;=@"
"""Characters of a path that a relative reference may hold as they are (RFC 3986), without the colon."""
FINGERPRINT = "settingHash/v1"
HELP = {"text": "text", "markdown": "markdown"}
"""Keys of SARIF, and the formats of ours."""


def write(document: Document, _: Terminal) -> str:
    """One run, with the explanation of every code in it."""
    codes = sorted({finding.code for finding in document.findings})
    driver = {"name": "redismanifests", "semanticVersion": version("redismanifests")}
    run: dict[str, object] = {
        "tool": {"driver": driver | {"rules": [_rule(e) for e in explanations() if e.code in codes]}},
        "columnKind": "unicodeCodePoints",
        "results": _results(document.findings, codes, document.placed),
    }
    return json_text({"version": "2.1.0", "runs": [run]})


def _rule(item: Explanation) -> dict[str, object]:
    first, _, _ = item.text.partition("\n\n")
    about = explanation(item)
    return {
        "id": item.code,
        "name": "".join(word.capitalize() for word in item.name.split("-")),
        "shortDescription": {"text": item.name.replace("-", " ").capitalize()},
        "fullDescription": {"text": first},
        "help": {kind: written(about, name) for kind, name in HELP.items()},
        "defaultConfiguration": {"level": str(item.severity)},
    }


def _results(
    findings: Sequence[Finding], codes: list[str], shown: Callable[[str], str]
) -> list[dict[str, object]]:
    seen: Counter[str] = Counter()
    results = []
    for finding in findings:
        name = shown(finding.source.name) if finding.source else ""
        key = "\0".join([finding.code, name, *map(str, finding.path)])
        seen[key] += 1
        digest = hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()[:32]
        result = {
            "ruleId": finding.code,
            "ruleIndex": codes.index(finding.code),
            "level": str(finding.severity),
            "message": {"text": f"{finding.code} {finding.name}: {finding.fact}\nFix: {finding.fix}"},
            "locations": [_location(finding, name)] if name else [],
            "partialFingerprints": {FINGERPRINT: f"{digest}:{seen[key]}"},
        }
        if finding.waived:
            result["suppressions"] = [{"kind": "inSource", "justification": finding.waived}]
        results.append(result)
    return results


def _location(finding: Finding, name: str) -> dict[str, object]:
    place: dict[str, object] = {
        "artifactLocation": {"uri": quote(name, _SAFE, errors="surrogateescape"), "uriBaseId": "%SRCROOT%"}
    }
    line, column, width = finding.place()
    if line:
        place["region"] = {
            "startLine": line,
            "startColumn": column,
            "endLine": line,
            "endColumn": column + width,
        }
    location: dict[str, object] = {"physicalLocation": place}
    if finding.path:
        location["logicalLocations"] = [
            {"fullyQualifiedName": ".".join(map(str, finding.path)), "kind": "member"}
        ]
    return location
