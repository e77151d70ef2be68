"""Rehearsal: runs of scenarios on a terminal and in a report, and the scenarios that there are."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from redismanifests.present.document import (
    Case,
    Document,
    Fold,
    Lines,
    Paragraph,
    Picture,
    Points,
    Run,
    Section,
    Suite,
    Suites,
    Table,
    Tone,
    status,
)
from redismanifests.present.documents.verification import wrong
from redismanifests.present.rehearsal.figure import (
    cost,
    engines,
    groups,
    limit,
    missed,
    of_limit,
    rows,
    shown,
    summary,
)
from redismanifests.present.rehearsal.lanes import timeline
from redismanifests.present.rehearsal.log import excerpt
from redismanifests.present.rehearsal.machine import record_data, stamp
from redismanifests.present.rehearsal.meanings import meanings
from redismanifests.present.rehearsal.names import named, pictures, slug
from redismanifests.present.rehearsal.verdicts import judged, on_page, on_screen
from redismanifests.prove.checks.probe import Status

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from redismanifests.present.document import Block, Text
    from redismanifests.prove.checks.probe import Outcome
    from redismanifests.prove.rehearse.scenario import Scenario
    from redismanifests.prove.rehearse.suite import Record
    from redismanifests.prove.rehearse.suite import Run as Played

_FOLDED = "Picture, measures and checks"
_NAME = 26
"""Columns of a scenario's name; all of ours fit."""


def finished(run: Played, *, subject: bool) -> Document:
    """One finished run in one line; with the ``subject`` where there are several."""
    name = f"{run.subject} {run.result.scenario}" if subject else run.result.scenario
    word = Run("held", Tone.GOOD) if run.result.held else Run("FAILED", Tone.BAD)
    return Document(
        screen=[Lines([(word, f"{'   ' if run.result.held else ' '}{name:<{_NAME}} {summary(run)}")])]
    )


def rehearsal(record: Record, *, every: bool = True) -> Document:
    """On a screen a table for each scenario, and a last line that sums up; in a report a section for each run.

    Without ``every``, a scenario that passed once has no table: its line is on the screen already.
    """
    found = groups(record.runs)
    tables = [
        group
        for group in found
        if every or len(found) == 1 or len(group) > 1 or not all(run.result.held for run in group)
    ]
    held = sum(run.result.held for run in record.runs)
    played, missing = engines(record), record.planned - len(record.runs)
    worst = cost(record.runs)
    foreign = judged(record)
    last = f"{held} of {record.planned} held in {record.took_s:.0f} s" + (
        f", with {played}" if played else ""
    )
    warning = (
        [] if record.same_engine else [Lines([(Run("Not the deployed version", Tone.BAD), f": {played}.")])]
    )
    # What failed is what a reader came for; each list below keeps the order of the plan otherwise.
    runs = dict(sorted(named(record.runs).items(), key=lambda each: each[1].result.held))
    return Document(
        title="Rehearsal of " + ", ".join(dict.fromkeys(run.subject for run in record.runs)),
        verdict=Run(
            f"{held} of {record.planned} runs held"
            + (f", {missing} were not run" if missing else "")
            + (f", with {played}" if played else ""),
            Tone.GOOD if record.held else Tone.BAD,
        ),
        circumstances=[
            ("redismanifests", record.version),
            ("machine", record.machine),
            ("began", stamp(record.began)),
            ("DNS answers", f"kept for {record.dns_ttl_s:g} s"),
        ],
        blocks=[
            *([Paragraph(worst)] if worst else []),
            _overview(runs),
            *on_page(foreign),
            *_repeated(record.runs),
            *(_section(name, run, alone=len(runs) == 1) for name, run in runs.items()),
            *_meanings(record.runs),
        ],
        suites=_suites(record),
        screen=[
            *warning,
            *map(_table, tables),
            *on_screen(foreign),
            Lines([last + (f"; {missing} not run" if missing else "")]),
        ],
        data=record_data(record, foreign),
    )


def _meanings(runs: Sequence[Played]) -> Iterator[Section]:
    if told := list(meanings(runs)):
        yield Section("What the figures count", [Points(told)], name="figures")


def scenarios(known: Sequence[Scenario], quick: Collection[str]) -> Document:
    """The scenarios that there are."""
    width = max(len(each.name) for each in known)
    return Document(
        screen=[
            Lines([f"{s.name:<{width}}  {s.about}{' (quick)' if s.name in quick else ''}" for s in known])
        ],
        data=[{"name": s.name, "about": s.about, "quick": s.name in quick} for s in known],
    )


def _table(group: Sequence[Played]) -> Section:
    first, held, many = group[0], sum(run.result.held for run in group), len(group) > 1
    count = f" ({held} of {len(group)})" if many else ""
    whole = held == len(group)
    verdict = Run(f"{'held' if whole else 'FAILED'}{count}", Tone.GOOD if whole else Tone.BAD)
    title = f"{first.subject}, {first.result.scenario}: {first.about}"
    head = ("measure", *(("median", "maximum") if many else ("value",)), "limit", "")
    cells = [
        (
            row.name,
            *((row.median, row.maximum) if many else (row.maximum,)),
            row.limit,
            "" if row.held else Run("exceeded", Tone.BAD),
        )
        for row in rows(group)
    ]
    problems = dict.fromkeys(problem for run in group for problem in run.result.problems)
    wrong: list[Text] = [("  ", Run("wrong", Tone.BAD), f": {problem}") for problem in problems]
    return Section(title, [Table(head, cells, 1, indent="  "), Lines(wrong)], verdict)


def _overview(runs: dict[str, Played]) -> Table:
    rows = [
        (_verdict(run), run.subject, Run(name, link=f"#{name}"), summary(run), of_limit(run))
        for name, run in runs.items()
    ]
    return Table(("verdict", "subject", "scenario", "result", "outage, of its limit"), rows, 4)


def _verdict(run: Played) -> Run:
    return status("held" if run.result.held else "failed")


def _judged(bound: str, *, held: bool) -> Text:
    """Nothing where there is no limit to judge by."""
    return status("held") if bound and held else "" if held else status("exceeded")


def _repeated(runs: Sequence[Played]) -> Iterator[Section]:
    for group in groups(runs):
        if len(group) > 1:
            subject, scenario = group[0].subject, group[0].result.scenario
            cells = [
                (r.name, r.median, r.maximum, r.limit, _judged(r.limit, held=r.held)) for r in rows(group)
            ]
            table = Table(("measure", "median", "maximum", "limit", "verdict"), cells, 1)
            yield Section(
                f"{subject}, {scenario}: {len(group)} runs", [table], name=f"all-{slug(subject)}-{scenario}"
            )


def _section(name: str, run: Played, *, alone: bool) -> Section:
    """A run; beside others, one that held is folded."""
    result = run.result
    cells = []
    for m in result.measures:
        bound = limit(m.limit, m.unit)
        cells.append((m.name, shown(m.value, m.unit), bound, _judged(bound, held=m.held)))
    head: list[Block] = [Paragraph((_verdict(run), f": {run.about}."))]
    if result.problems:
        head.append(Points(list(wrong(result.problems))))
    blocks: list[Block] = [
        Picture(timeline(run, f"{name}-picture"), f"{name}.svg"),
        Table(("measure", "value", "limit", "verdict"), cells, 1),
    ]
    if result.probes:
        blocks.append(_probes(result.probes))
    if result.not_carried:
        blocks.append(Fold("Not simulated", [Points(result.not_carried)]))
    blocks.append(Paragraph(("All logs: ", Run(f"{name}.log", link=f"{name}.log"))))
    blocks += [Paragraph(("Dashboard: ", Run(file, link=file))) for file in pictures(name, run)]
    if not result.held:
        blocks.append(Fold("Log around the fault", [Lines(excerpt(result))], open=True))
    folded = result.held and not alone
    return Section(name, [*head, *([Fold(_FOLDED, blocks)] if folded else blocks)], name=name)


def _probes(outcomes: Sequence[Outcome]) -> Fold:
    """How many live checks came out how, and why some could not be verified."""
    counts = Counter(each.status for each in outcomes)
    lines = [
        f"{each.code} {each.status.value:<12} {each.name}{'; '.join(('', *each.facts))}" for each in outcomes
    ]
    told = ", ".join(f"{counts[each]} {each}" for each in Status)
    return Fold(f"Live checks at the end: {told}", [Lines(lines)])


def _suites(record: Record) -> Suites:
    """A suite for each subject, a test for each run that there was."""
    subjects = dict.fromkeys(run.subject for run in record.runs)
    counts = ("tests", "failures", "errors", "time")
    return Suites(
        "redismanifests rehearse",
        [
            _suite(record, subject, [run for run in record.runs if run.subject == subject])
            for subject in subjects
        ],
        root=("name", *counts),
        suite=("name", *counts, "skipped", "timestamp"),
        time=_seconds(record.runs),
    )


def _seconds(runs: Sequence[Played]) -> str:
    return f"{sum(run.result.took_s for run in runs):.3f}"


def _suite(record: Record, subject: str, runs: Sequence[Played]) -> Suite:
    began = datetime.fromtimestamp(runs[0].result.began, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    properties = {
        "redismanifests": record.version,
        "engine": ", ".join(sorted({run.result.engine for run in runs} - {""})),
        "deployed": ", ".join(sorted({run.result.deployed for run in runs} - {""})),
        "machine": record.machine,
        "dnsTtl": f"{record.dns_ttl_s:g}s",
    }
    attributes = {"time": _seconds(runs), "timestamp": began}
    return Suite(subject, list(map(_case, runs)), attributes, properties)


def _case(run: Played) -> Case:
    result = run.result
    exceeded = [f"{m.name}: {shown(m.value, m.unit)}, limit {limit(m.limit, m.unit)}" for m in missed(run)]
    faults = [*exceeded, *result.problems]
    text = "\n".join([*(fault.replace("\n", "?") for fault in faults), "", *excerpt(result)])
    return Case(
        result.scenario + (f" ({run.number})" if run.number > 1 else ""),
        f"rehearse.{run.subject}",
        failure=None if result.held else {"message": faults[0], "type": "rehearsal"},
        failure_text="" if result.held else text,
        output=f"{run.about}: {summary(run)}".replace("\n", "?"),
        attributes={"time": f"{result.took_s:.3f}"},
    )
