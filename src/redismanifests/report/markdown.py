"""Markdown: findings as a comment under a pull request.

Texts of a profile are quoted, so that none of them becomes markup or calls somebody. What must not come in: printing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from redismanifests.core.findings import Severity
from redismanifests.core.source import printable
from redismanifests.report.text import count_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from redismanifests.core.findings import Finding

_MARKUP = re.compile(r"([\\`*_{}\[\]<>()#!|~&@])")
_SIGNS = {Severity.ERROR: "❌", Severity.WARNING: "⚠️", Severity.NOTE: "💡"}


def findings_markdown(findings: Sequence[Finding], shown: Callable[[str], str]) -> str:
    """A heading with the count, a table of what counts, and what is waived, with the reasons, folded away."""
    return f"### redismanifests check: {count_text(findings) or 'nothing to say'}\n{_tables(findings, shown)}"


def findings_table(findings: Sequence[Finding]) -> str:
    """The same inside of a page about one profile: where a finding stands is the setting alone."""
    return f"### Findings: {count_text(findings) or 'none'}\n{_tables(findings, lambda _: '')}"


def _tables(findings: Sequence[Finding], shown: Callable[[str], str]) -> str:
    open_ones = [finding for finding in findings if not finding.waived]
    waived = [finding for finding in findings if finding.waived]
    text = ""
    if open_ones:
        text += "\n| | finding | where | what | fix |\n|---|---|---|---|---|\n"
        text += "".join(_row(finding, shown, finding.fix) for finding in open_ones)
        text += "\n`redismanifests explain CODE` says why it hurts and how it is right.\n"
    if waived:
        text += f"\n<details><summary>{len(waived)} waived</summary>\n\n"
        text += "| | finding | where | what | waived because |\n|---|---|---|---|---|\n"
        text += "".join(_row(finding, shown, finding.waived) for finding in waived)
        text += "\n</details>\n"
    return text


def escaped(text: str) -> str:
    """``text`` in one line, as it is: no markup, no table cell, no mention."""
    return _MARKUP.sub(r"\\\1", printable(text.replace("\n", " "))).replace("\\@", "@\u200b")


def code(text: str) -> str:
    """``text`` as code in a table cell."""
    return f"`{printable(text).replace('`', chr(39)).replace('|', chr(92) + '|')}`" if text else ""


def _row(finding: Finding, shown: Callable[[str], str], last: str) -> str:
    line, _, _ = finding.place()
    name = shown(finding.source.name) if finding.source else ""
    place = code(f"{name}{f':{line}' if line else ''}") if name else ""
    setting = code(".".join(map(str, finding.path)))
    where = "<br>".join(part for part in (place, setting) if part)
    cells = (
        _SIGNS[finding.severity],
        f"**{finding.code}** {finding.name}",
        where,
        escaped(finding.fact),
        "<br>".join(map(escaped, last.split("\n"))),
    )
    return f"| {' | '.join(cells)} |\n"
