"""Text: findings as a good compiler shows them: place, line, caret, fact, fix.

What must not come in: printing, exit codes, deciding whether there is a terminal.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from redismanifests.core.findings import Severity
from redismanifests.core.source import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from redismanifests.core.findings import Finding

COLOURS = {Severity.ERROR: "31;1", Severity.WARNING: "33;1", Severity.NOTE: "36;1"}
"""SGR numbers of each severity."""
_LONGEST_LINE = 160
"""Characters of a source line that are shown; a longer one is cut around the place."""


def findings_text(findings: Iterable[Finding], *, colour: bool = False) -> str:
    """Every finding with its place, separated by empty lines."""
    return "\n".join(_finding(finding, colour) for finding in findings)


def count_text(findings: Sequence[Finding]) -> str:
    """How many there are of each severity, and how many are waived, in words."""
    of_severity = Counter(finding.severity for finding in findings if not finding.waived)
    counts = [
        (n, f"{severity}{'s' if n > 1 else ''}") for severity in Severity if (n := of_severity[severity])
    ]
    counts.append((sum(bool(finding.waived) for finding in findings), "waived"))
    return ", ".join(f"{count} {word}" for count, word in counts if count)


def error_text(fact: str, fix: str, *, colour: bool = False) -> str:
    """An error without a place in a file."""
    head = painted("error", "31;1", colour)
    return f"{head}: {lines(fact)}\n" + (f"   = fix: {lines(fix)}\n" if fix else "")


def _finding(finding: Finding, colour: bool) -> str:
    line, column, width = finding.place()
    head = f"{painted(f'{finding.severity}[{finding.code}]', COLOURS[finding.severity], colour)}: {finding.name}\n"
    where = printable(".".join(str(step) for step in finding.path))
    fact = printable(finding.fact)
    if finding.source is None:
        body = f"   = {fact}\n"
    elif not line:
        body = f"  --> {printable(finding.source.name)}\n   = {fact}\n"
    else:
        place = f"{printable(finding.source.name)}:{line}:{column}"
        shown, start = _cut(finding.source.line(line), column)
        gutter = " " * len(str(line))
        unset = "" if finding.source.has(finding.path) or not finding.path else " (not set here)"
        body = (
            f"  --> {place}{f'  {where}{unset}' if where else ''}\n"
            f"{line} | {shown}\n"
            f"{gutter} | {_margin(shown, start)}{'^' * min(width, max(1, len(shown) - start))} {fact}\n"
        )
    return (
        f"{head}{body}   = fix: {lines(finding.fix, ' ' * 10)}\n"
        f"   = more: redismanifests explain {finding.code}\n"
    )


def lines(text: str, margin: str = "") -> str:
    """``text`` with its lines, each after the first behind ``margin``, and nothing that could steer a terminal."""
    return f"\n{margin}".join(map(printable, text.split("\n")))


def _cut(line: str, column: int) -> tuple[str, int]:
    """The part of ``line`` around ``column`` that fits, printable, and where the column is in it."""
    line = "".join(c if c == "\t" or c.isprintable() else "?" for c in line)
    if len(line) <= _LONGEST_LINE:
        return line, column - 1
    start = max(0, column - 1 - _LONGEST_LINE // 2)
    return line[start : start + _LONGEST_LINE], column - 1 - start


def _margin(line: str, width: int) -> str:
    return "".join("\t" if c == "\t" else " " for c in line[:width].ljust(width))


def painted(text: str, number: str, colour: bool) -> str:
    """``text`` in the colour of an SGR ``number``, where there is colour."""
    return f"\x1b[{number}m{text}\x1b[0m" if colour else text
