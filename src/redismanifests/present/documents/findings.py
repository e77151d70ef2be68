"""Findings: what is wrong with profiles, as a good compiler shows it: place, line, caret, fact, fix."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from redismanifests.core.findings import Severity
from redismanifests.core.sources.source import printable
from redismanifests.present.document import (
    Case,
    Document,
    Fold,
    Lines,
    Paragraph,
    Run,
    Suite,
    Suites,
    Table,
    Tone,
    plain,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from redismanifests.core.findings import Finding
    from redismanifests.present.document import Block, Text

Judged = tuple[str, "Sequence[Finding]"]
"""The name of a profile, and what was found about it."""

TONES = {Severity.ERROR: Tone.BAD, Severity.WARNING: Tone.OPEN, Severity.NOTE: Tone.NOTE}
_SIGNS = {Severity.ERROR: "❌", Severity.WARNING: "⚠️", Severity.NOTE: "💡"}
_LONGEST_LINE = 160
"""Characters of a source line that are shown; a longer one is cut around the place."""
_MOST_SHOWN = 200
"""Findings on a screen; one mistake that is repeated makes thousands."""


def findings(
    judged: Sequence[Judged],
    placed: Callable[[str], str],
    failing: Collection[Severity] = (Severity.ERROR,),
    objects: int = 0,
) -> Document:
    """What `check` found; ``placed`` makes names relative to the repository, ``failing`` fails the run.

    ``objects`` is the number of Kubernetes objects that were judged in the place of profiles.
    """
    found = [finding for _, each in judged for finding in each]
    return Document(
        title=f"redismanifests check: {count_text(found) or 'no findings'}",
        level=3,
        screen=_screen(judged, found, objects),
        blocks=findings_tables(found, placed) or [Paragraph(_nothing(judged, found, objects))],
        data=findings_data(found),
        suites=Suites("redismanifests check", [_suite(*each, placed, failing) for each in judged]),
        findings=found,
        placed=placed,
    )


def problems(found: Sequence[Finding]) -> Document:
    """Findings beside what a command prints; what is waived is only counted."""
    shown = [Lines(finding_lines(finding)) for finding in found if not finding.waived]
    return Document(screen=[*shown, Lines([count_text(found)])] if found else [])


def trouble(fact: str, fix: str) -> Document:
    """An error without a place in a file."""
    first, *others = fact.split("\n")
    lines: list[Text] = [(Run("error", Tone.BAD), f": {first}"), *others]
    if fix:
        first, *others = fix.split("\n")
        lines += [f"   = fix: {first}", *others]
    return Document(screen=[Lines(lines)])


def count_text(found: Sequence[Finding]) -> str:
    """How many there are of each severity, and how many are waived, in words."""
    of_severity = Counter(finding.severity for finding in found if not finding.waived)
    counts = [
        (n, f"{severity}{'s' if n > 1 else ''}") for severity in Severity if (n := of_severity[severity])
    ]
    counts.append((sum(bool(finding.waived) for finding in found), "waived"))
    return ", ".join(f"{count} {word}" for count, word in counts if count)


def finding_lines(finding: Finding) -> list[Text]:
    """A finding with its place, the line of its source, fact and fix."""
    first, *others = finding.fix.split("\n")
    return [
        (Run(f"{finding.severity}[{finding.code}]", TONES[finding.severity]), f": {finding.name}"),
        *_place(finding),
        f"   = fix: {first}",
        *(f"{' ' * 10}{line}" for line in others),
        f"   = more: redismanifests explain {finding.code}",
    ]


def findings_tables(found: Sequence[Finding], placed: Callable[[str], str] = lambda _: "") -> list[Block]:
    """A table of what counts, and what is waived, with the reasons, folded away."""
    counted = [finding for finding in found if not finding.waived]
    waived = [finding for finding in found if finding.waived]
    blocks: list[Block] = []
    if counted:
        rows = [_row(finding, placed, finding.fix) for finding in counted]
        about = (Run("redismanifests explain CODE", code=True), " says why it hurts and how to do it right.")
        blocks += [Table(("severity", "finding", "where", "what", "fix"), rows), Paragraph(about)]
    if waived:
        rows = [_row(finding, placed, finding.waived) for finding in waived]
        table = Table(("severity", "finding", "where", "what", "waived because"), rows)
        blocks.append(Fold(f"{len(waived)} waived", [table]))
    return blocks


def findings_data(found: Iterable[Finding]) -> list[dict[str, object]]:
    """A list of findings; line and column count from 1, 0 means that there is no place."""
    return [_datum(finding) for finding in found]


def _screen(judged: Sequence[Judged], found: Sequence[Finding], objects: int) -> list[Block]:
    shown = [finding for finding in found if not finding.waived]
    if not shown:
        return [Lines([_nothing(judged, found, objects)])]
    rest = len(shown) - _MOST_SHOWN
    more = [f"{rest} more are not shown here: correct these, or --format json"] if rest > 0 else []
    lines = [Lines(finding_lines(finding)) for finding in shown[:_MOST_SHOWN]]
    return [*lines, Lines([*more, count_text(found)])]


def _nothing(judged: Sequence[Judged], found: Sequence[Finding], objects: int) -> str:
    if not judged:
        return "no profile changed, and none names a file that did"
    waived = f" ({count_text(found)})" if found else ""
    what = f"{objects} objects" if objects else f"{len(judged)} profile{'s' if len(judged) > 1 else ''}"
    return f"{what}: no findings{waived}"


def _place(finding: Finding) -> Iterator[Text]:
    line, column, width = finding.place()
    where = dotted(finding.path)
    fact = printable(finding.fact)
    if finding.source is None:
        yield f"   = {fact}"
    elif finding.line is None and finding.path and not finding.source.has(finding.path[:1]):
        # Nothing of it is written: a caret under the first line would blame that line.
        yield from (f"  --> {finding.source.name}  {where} (not set here)", f"   = {fact}")
    elif not line:
        yield from (f"  --> {finding.source.name}", f"   = {fact}")
    else:
        text, start = _cut(finding.source.line(line), column)
        gutter = " " * len(str(line))
        unset = "" if finding.source.has(finding.path) or not finding.path else " (not set here)"
        yield f"  --> {finding.source.name}:{line}:{column}{f'  {where}{unset}' if where else ''}"
        yield Run(f"{line} | {text}", code=True)
        carets = "^" * min(width, max(1, len(text) - start))
        yield Run(f"{gutter} | {_margin(text, start)}{carets} {fact}", code=True)


def _cut(line: str, column: int) -> tuple[str, int]:
    """The part of ``line`` around ``column`` that fits, and where the column is in it."""
    if len(line) <= _LONGEST_LINE:
        return line, column - 1
    start = max(0, column - 1 - _LONGEST_LINE // 2)
    return line[start : start + _LONGEST_LINE], column - 1 - start


def _margin(line: str, width: int) -> str:
    return "".join("\t" if c == "\t" else " " for c in line[:width].ljust(width))


def _row(finding: Finding, placed: Callable[[str], str], last: str) -> tuple[Text, ...]:
    line, _, _ = finding.place()
    name = placed(finding.source.name) if finding.source else ""
    places = [f"{name}{f':{line}' if line else ''}"] if name else []
    where = [Run(part, code=True) for part in (*places, dotted(finding.path)) if part]
    both = (where[0], "\n", where[1]) if len(where) > 1 else tuple(where)
    return (
        _SIGNS[finding.severity],
        (Run(finding.code, strong=True), f" {finding.name}"),
        both,
        finding.fact.replace("\n", " "),
        last,
    )


def _suite(
    name: str, found: Sequence[Finding], placed: Callable[[str], str], failing: Collection[Severity]
) -> Suite:
    """A suite a profile; one without a finding is a test that passed."""
    cases = [_case(finding, placed, failing) for finding in found]
    return Suite(placed(name), cases or [Case("no findings", placed(name))])


def _case(finding: Finding, placed: Callable[[str], str], failing: Collection[Severity]) -> Case:
    """Findings that fail the run are failures, waived ones are skipped, the others pass and are output."""
    line, _, _ = finding.place()
    file = placed(finding.source.name) if finding.source else ""
    fails = finding.severity in failing and not finding.waived
    text = "".join(f"{plain(each)}\n" for each in finding_lines(finding))
    return Case(
        f"{finding.code} {finding.name}: {dotted(finding.path) or 'the file'}",
        file,
        failure={"type": str(finding.severity), "message": finding.fact} if fails else None,
        failure_text=text,
        skipped=f"waived: {finding.waived}" if finding.waived else None,
        output=None if fails or finding.waived else text,
        attributes={"file": file, **({"line": str(line)} if line else {})},
    )


def _datum(finding: Finding) -> dict[str, object]:
    line, column, _ = finding.place()
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": str(finding.severity),
        "file": finding.source.name if finding.source else None,
        "line": line,
        "column": column,
        "path": dotted(finding.path),
        "fact": finding.fact,
        "fix": finding.fix,
        "changes": [
            {"path": dotted(change.path), "to": change.value, "renames": change.renames}
            for change in finding.changes
        ],
        "waived": finding.waived or None,
    }


def dotted(path: Iterable[str | int]) -> str:
    """The path of a setting as people write it."""
    return ".".join(map(str, path))
