"""Github: findings as the workflow commands that the runner of GitHub Actions turns into annotations.

The escapes are those of the runner's ActionCommand.cs: `%`, CR and LF everywhere, `:` and `,` in properties as well, so
nothing that stands in a profile can end a command or begin another. What must not come in: printing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.findings import Severity
from redismanifests.report.machine import title

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from redismanifests.core.findings import Finding

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = _DATA | {":": "%3A", ",": "%2C"}


def findings_github(findings: Iterable[Finding], shown: Callable[[str], str]) -> str:
    """One command a finding; what is waived is no annotation. ``shown`` makes names relative to the repository."""
    return "".join(_command(finding, shown) for finding in findings if not finding.waived)


def _command(finding: Finding, shown: Callable[[str], str]) -> str:
    properties: dict[str, object] = {}
    line, column, width = finding.place()
    if finding.source is not None:
        properties["file"] = shown(finding.source.name)
        if line:
            # The last column counts here, unlike in SARIF.
            properties |= {"line": line, "endLine": line, "col": column, "endColumn": column + width - 1}
    properties["title"] = title(finding)
    written = ",".join(f"{key}={_escaped(value, _PROPERTY)}" for key, value in properties.items())
    message = _escaped(f"{finding.fact}\nFix: {finding.fix}", _DATA)
    return f"::{_COMMANDS[finding.severity]} {written}::{message}\n"


def _escaped(value: object, escapes: dict[str, str]) -> str:
    return "".join(escapes.get(c, c) for c in str(value))
