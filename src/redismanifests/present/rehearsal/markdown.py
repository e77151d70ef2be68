"""Markdown: the record of rehearsals as a page for a repository or a merge request."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from redismanifests.present.findings.markdown import escaped
from redismanifests.present.rehearsal.figure import engines, groups, limit, rows, shown, summary
from redismanifests.present.rehearsal.log import excerpt
from redismanifests.present.rehearsal.machine import stamp
from redismanifests.prove.checks.probe import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from redismanifests.prove.checks.probe import Outcome
    from redismanifests.prove.rehearse.suite import Record, Run


def markdown(record: Record, runs: Mapping[str, Run]) -> str:
    """The whole record; pictures and logs are linked by the runs' names."""
    return "\n".join([*_head(record), *_overview(runs), *_repeated(record), *_each(runs)]).rstrip() + "\n"


def _head(record: Record) -> Iterator[str]:
    held = sum(run.result.held for run in record.runs)
    yield from ("# Rehearsal", "")
    played = engines(record)
    yield f"{held} of {record.planned} runs held" + (f", with {escaped(played)}." if played else ".")
    missing = record.planned - len(record.runs)
    if missing:
        yield f"{missing} were not run."
    yield ""
    yield f"redismanifests {record.version}, {record.machine}, {stamp(record.began)},"
    yield f"DNS answers kept for {record.dns_ttl_s:g} s."
    yield ""


def _overview(runs: Mapping[str, Run]) -> Iterator[str]:
    yield from _table(
        ("", "subject", "scenario", "what came out"),
        (
            (_verdict(run), escaped(run.subject), f"[{name}](#{_anchor(name)})", escaped(summary(run)))
            for name, run in runs.items()
        ),
    )


def _repeated(record: Record) -> Iterator[str]:
    for group in groups(record.runs):
        if len(group) > 1:
            heading = escaped(f"{group[0].subject}, {group[0].result.scenario}")
            yield from (f"## {heading}: {len(group)} runs", "")
            cells = (
                (escaped(row.name), row.median, row.maximum, row.limit, "" if row.held else "**exceeded**")
                for row in rows(group)
            )
            yield from _table(("measure", "median", "maximum", "limit", ""), cells)


def _each(runs: Mapping[str, Run]) -> Iterator[str]:
    for name, run in runs.items():
        result = run.result
        yield from (f"## {name}", "", f"{_verdict(run)}: {escaped(run.about)}.", "")
        yield from (f"![{escaped(run.about)}]({name}.svg)", "")
        cells = (
            (
                escaped(m.name),
                escaped(shown(m.value, m.unit)),
                escaped(limit(m.limit, m.unit)),
                "" if m.held else "**exceeded**",
            )
            for m in result.measures
        )
        yield from _table(("measure", "value", "limit", ""), cells)
        if result.problems:
            yield from (*(f"- wrong: {escaped(problem)}" for problem in result.problems), "")
        if result.probes:
            yield from (f"Probes: {_probes(result.probes)}", "")
        if result.not_carried:
            yield from ("Not simulated: " + "; ".join(map(escaped, result.not_carried)) + ".", "")
        yield from (f"[All logs]({name}.log)", "")
        if not result.held:
            # Four spaces, not a fence: no line of a log can end it.
            yield from ("Around the fault:", "", *(f"    {line}" for line in excerpt(result)), "")


def _probes(outcomes: Sequence[Outcome]) -> str:
    """How many probes came out how, and why some could not be verified."""
    counts = Counter(str(outcome.status) for outcome in outcomes)
    open_ = [o for o in outcomes if o.status is Status.NOT_VERIFIED]
    reasons = "; ".join(f"{o.code} {o.name}: {escaped(', '.join(o.facts))}" for o in open_)
    return ", ".join(f"{counts[s]} {s}" for s in map(str, Status)) + (f" ({reasons})." if reasons else ".")


def _table(head: Sequence[str], cells: Iterable[Sequence[str]]) -> Iterator[str]:
    """Cells are Markdown already: what is not ours was escaped by who knows it."""
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    for row in cells:
        yield f"| {' | '.join(row)} |"
    yield ""


def _verdict(run: Run) -> str:
    return "held" if run.result.held else "**failed**"


def _anchor(name: str) -> str:
    """The anchor that renderers make of a heading: dots go."""
    return name.replace(".", "")
