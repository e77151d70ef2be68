"""Github: findings as the workflow commands that the runner of GitHub Actions turns into annotations.

The escapes are those of the runner's ActionCommand.cs: `%`, CR and LF everywhere, `:` and `,` in properties as well, so
no value of a profile can end a command or begin another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Callable

    from redismanifests.core.findings import Finding
    from redismanifests.present.document import Document
    from redismanifests.present.writers import Terminal

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = _DATA | {":": "%3A", ",": "%2C"}


def write(document: Document, _: Terminal) -> str:
    """One command a finding; what is waived is no annotation."""
    return "".join(_command(each, document.placed) for each in document.findings if not each.waived)


def _command(finding: Finding, shown: Callable[[str], str]) -> str:
    properties: dict[str, object] = {}
    line, column, width = finding.place()
    if finding.source is not None:
        properties["file"] = shown(finding.source.name)
        if line:
            # The last column counts here, unlike in SARIF.
            properties |= {"line": line, "endLine": line, "col": column, "endColumn": column + width - 1}
    properties["title"] = f"{finding.code} {finding.name}"
    written = ",".join(f"{key}={_escaped(value, _PROPERTY)}" for key, value in properties.items())
    message = _escaped(f"{finding.fact}\nFix: {finding.fix}", _DATA)
    return f"::{_COMMANDS[finding.severity]} {written}::{message}\n"


def _escaped(value: object, escapes: dict[str, str]) -> str:
    # What steers a terminal has no place in a log; a printable character stays.
    return "".join(escapes.get(c) or (c if c.isprintable() else "?") for c in str(value))
