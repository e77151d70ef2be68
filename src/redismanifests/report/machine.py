"""Machine: findings for scripts: one JSON document.

What must not come in: printing.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from redismanifests.core.findings import Finding


def findings_json(findings: Iterable[Finding]) -> str:
    """A list of findings; line and column count from 1, 0 means that there is no place."""
    return json.dumps([_finding(finding) for finding in findings], indent=2, ensure_ascii=False) + "\n"


def title(finding: Finding) -> str:
    """Code and name, as reports for servers head a finding."""
    return f"{finding.code} {finding.name}"


def _finding(finding: Finding) -> dict[str, Any]:
    line, column, _ = finding.place()
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": str(finding.severity),
        "file": finding.source.name if finding.source else None,
        "line": line,
        "column": column,
        "path": _dotted(finding.path),
        "fact": finding.fact,
        "fix": finding.fix,
        "changes": [
            {"path": _dotted(change.path), "to": change.value, "renames": change.renames}
            for change in finding.changes
        ],
        "waived": finding.waived or None,
    }


def _dotted(path: Iterable[str | int]) -> str:
    return ".".join(map(str, path))
