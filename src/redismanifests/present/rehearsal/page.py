"""Page: the record of rehearsals as a page that shows all pictures together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.present.page import Chapter, Entry, Fold, Page, Table, html
from redismanifests.present.rehearsal.figure import engines, groups, limit, rows, shown, summary
from redismanifests.present.rehearsal.log import excerpt
from redismanifests.present.rehearsal.machine import stamp

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from redismanifests.prove.rehearse.suite import Record, Run


def page(record: Record, runs: Mapping[str, Run], pictures: Mapping[str, str]) -> str:
    """The page as HTML; ``pictures`` are SVG elements by the names of the runs."""
    held = sum(run.result.held for run in record.runs)
    missing = record.planned - len(record.runs)
    played = engines(record)
    circumstances = (
        f"redismanifests {record.version}",
        record.machine,
        stamp(record.began),
        f"DNS answers kept for {record.dns_ttl_s:g} s",
    )
    return html(
        Page(
            title="Rehearsal of " + ", ".join(dict.fromkeys(run.subject for run in record.runs)),
            verdict=f"{held} of {record.planned} runs held"
            + (f", {missing} were not run" if missing else "")
            + (f", with {played}" if played else ""),
            held=record.held,
            circumstances=", ".join(circumstances),
            head=("", "subject", "scenario", "what came out"),
            entries=[Entry(_verdict(run), run.subject, name, summary(run)) for name, run in runs.items()],
            chapters=[
                *_repeated(record.runs),
                *(_chapter(name, run, pictures[name]) for name, run in runs.items()),
            ],
        )
    )


def _repeated(runs: Sequence[Run]) -> Iterator[Chapter]:
    for group in groups(runs):
        if len(group) > 1:
            cells = [
                (r.name, r.median, r.maximum, r.limit, "" if r.held else "exceeded") for r in rows(group)
            ]
            table = Table(("measure", "median", "maximum", "limit", ""), cells, figures=True)
            scenario = group[0].result.scenario
            name = f"all-{group[0].subject}-{scenario}"
            yield Chapter(name, f"{scenario}, {len(group)} runs", tables=[table])


def _chapter(name: str, run: Run, picture: str) -> Chapter:
    result = run.result
    cells = [
        (m.name, shown(m.value, m.unit), limit(m.limit, m.unit), "" if m.held else "exceeded")
        for m in result.measures
    ]
    folds = []
    if result.probes:
        lines = [
            f"{each.code} {each.status.value:<12} {each.name}{'; '.join(('', *each.facts))}"
            for each in result.probes
        ]
        folds.append(Fold(f"{len(result.probes)} probes at the end", "\n".join(lines)))
    if result.not_carried:
        folds.append(Fold("Not simulated", "\n".join(result.not_carried)))
    if not result.held:
        folds.append(Fold("Log around the fault", "\n".join(excerpt(result)), open=True))
    return Chapter(
        name=name,
        title=name,
        about=run.about,
        verdict=_verdict(run),
        wrong=result.problems,
        picture=picture,
        tables=[Table(("measure", "value", "limit", ""), cells, figures=True)],
        folds=folds,
    )


def _verdict(run: Run) -> str:
    return "held" if run.result.held else "failed"
