"""Plan: a deployment on one screen of a hundred columns."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from redismanifests.present.document import Document, Lines, Paragraph, Run, Section, Table, Tone
from redismanifests.present.documents.findings import (
    TONES,
    count_text,
    dotted,
    findings_data,
    findings_tables,
)
from redismanifests.present.documents.namespace import namespace_data
from redismanifests.present.drawing import WIDTH, bars, topology, verdict, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from redismanifests.core.findings import Finding
    from redismanifests.judge.plan import Budget, Loss, Plan
    from redismanifests.present.document import Block, Text
    from redismanifests.profile.derived.backup.course import Course


def plan(planned: Plan, columns: int = WIDTH) -> Document:
    """All of it: pods, Services, votes, time, memory, disk, the namespace, findings.

    Pictures on the screen are at most ``columns`` wide, as far as a box of them is not wider.
    """
    title = f"{planned.name} in {planned.namespace}, Kubernetes {planned.kubernetes}"
    found = f"Findings: {count_text(planned.findings) or 'none'}"
    left = _left(planned)
    return Document(
        title=f"Plan: {title}",
        level=2,
        screen=[
            Lines([Run(title, Tone.HEAD)]),
            Lines([*topology(planned, columns), "", *_workloads(planned)]),
            _titled("Services", _services(planned)),
            *(_course(each) for each in planned.courses),
            _titled("What may be lost", (line for loss in planned.losses for line in _loss(loss))),
            _titled("Acknowledged writes that are lost when the master is", _windows(planned)),
            *(_budgeted(each, columns) for each in planned.budgets),
            Section("What the namespace has left", [left]),
            _titled(found, (line for finding in planned.findings for line in _finding(finding))),
            _titled("You must provide", _needs(planned)),
        ],
        blocks=[
            *_tables(planned),
            *(_course(each) for each in planned.courses),
            *(_budgeted(each) for each in planned.budgets),
            Section("What the namespace has left", [left]),
            Section(found, findings_tables(planned.findings)),
            Section("You must provide", [_provided(planned)]),
        ],
        data=_data(planned),
    )


def _titled(title: str, lines: Iterable[Text]) -> Section:
    return Section(title, [Lines([*lines])])


def _budgeted(budget: Budget, columns: int = WIDTH) -> Section:
    """A budget, what it comes to, and whether it fits."""
    title = ": ".join(part for part in (budget.title, budget.total) if part)
    return Section(title, [Lines([*bars(budget, columns)])], verdict(budget))


def _course(course: Course) -> Section:
    return _titled(course.title, (part for line in course.lines for part in wrapped(line, "", "  ")))


def _tables(planned: Plan) -> Iterator[Block]:
    yield Lines([*topology(planned)])
    yield Table(
        ("workload", "pods", "image", "requests", "limits", "volume", "a drain may evict"),
        [
            (w.name, str(len(w.pods)), w.image, w.requests, w.limits, w.volume, w.drain)
            for w in planned.workloads
        ],
    )
    doors = [(each.name, str(each.port), each.type, each.use) for each in planned.doors]
    yield Table(("Service", "port", "type", "what for"), doors)
    yield Paragraph(("Clients ask Sentinel for ", Run(planned.master, code=True), "."))
    losses = [(x.what, str(x.there), str(x.losable), x.then, x.rule) for x in planned.losses]
    yield Table(("what", "there are", "may be lost", "with one more", "why"), losses)
    yield Table(("the master", "acknowledged writes that are lost"), planned.windows)


def _provided(planned: Plan) -> Table:
    rows = [
        (each.text, each.why, Run(each.check, code=True), Run(each.make, code=True)) for each in planned.needs
    ]
    return Table(("what", "why", "see", "make"), rows)


def _windows(planned: Plan) -> Iterator[str]:
    width = max(len(each.event) for each in planned.windows)
    yield from (f"{each.event:<{width}}  {each.lost}" for each in planned.windows)


def _left(planned: Plan) -> Block:
    """What quotas leave when the deployment is there; all of it is in `show --table`."""
    sums, known = planned.table.sums, f"kubectl -n {planned.namespace} get"
    if sums:
        rows = [(s.quota, s.resource, str(s.asked), str(s.used), str(s.allowed), str(s.left)) for s in sums]
        head = ("quota", "resource", "requested", "used", "allowed", "left")
        return Table(head, rows, 2, [not each.fits for each in sums])
    if planned.table.bounds:
        wrong = sum(not bound.fits for bound in planned.table.bounds)
        kept = f"{wrong} bounds are not met" if wrong else "fits"
        return Paragraph(f"LimitRange: {kept}; no quota is known: {known} resourcequota -o yaml")
    return Paragraph(f"no quota is known: {known} limitrange,resourcequota -o yaml")


def _needs(planned: Plan) -> Iterator[str]:
    """What is not rendered and must be there, each with the command that shows it and the one that makes it."""
    for need in planned.needs:
        yield from wrapped(f"{need.text}: {need.why}")
        for word, command in (("see", need.check), ("make", need.make)):
            yield from _command(f"  {word:<6}", command) if command else ()


def _command(head: str, command: str) -> Iterator[str]:
    """A command that can be copied, in lines that a shell reads as one."""
    found = textwrap.wrap(
        command,
        WIDTH - 2,
        initial_indent=head,
        subsequent_indent=" " * len(head),
        break_on_hyphens=False,
        break_long_words=False,
    )
    yield from (f"{line} \\" for line in found[:-1])
    yield found[-1]


def _finding(finding: Finding) -> list[Text]:
    """A finding in as many lines as it takes: what and where, the fact, the fix or the reason of its waiver."""
    what = "waived" if finding.waived else str(finding.severity)
    tone = Tone.NOTE if finding.waived else TONES[finding.severity]
    head: Text = (Run(what, tone), f" {finding.code} {finding.name}  {dotted(finding.path)}")
    last = f"waived: {finding.waived}" if finding.waived else f"fix: {finding.fix.splitlines()[0]}"
    return [head, *wrapped(finding.fact, "  "), *wrapped(last, "  ")]


def _workloads(planned: Plan) -> Iterator[str]:
    """What each pod of a workload has."""
    for each in planned.workloads:
        yield f"{each.name}: {len(each.pods)} pods of {each.image}"
        yield from wrapped(f"each requests {each.requests}; limits {each.limits}", "  ")
        yield from wrapped(f"volume {each.volume}; a drain may evict {each.drain}", "  ")


def _services(planned: Plan) -> Iterator[str]:
    names = [f"{door.name}:{door.port}" for door in planned.doors]
    width = max(map(len, names))
    for name, door in zip(names, planned.doors, strict=True):
        line = f"{name:<{width}}  {door.type:<12}  {door.use}"
        yield from (line,) if len(line) <= WIDTH else (f"{name:<{width}}  {door.type}", f"    {door.use}")
    yield f"master's name for clients: {planned.master}"


def _loss(loss: Loss) -> Iterator[str]:
    # A filled circle must stay; the legend is in the words beside it.
    kept = loss.there - loss.losable
    picture = " ".join("●" * kept + "○" * loss.losable)
    head = f"{loss.what:<10} {picture}   {loss.losable} (○) may be lost; with one more, {loss.then}"
    yield from wrapped(head, "", " " * 11)
    yield from wrapped(loss.rule, " " * 11)


def _data(planned: Plan) -> dict[str, object]:
    """Amounts in milliseconds and bytes; findings as `check` has them."""
    return {
        "name": planned.name,
        "namespace": planned.namespace,
        "kubernetesVersion": planned.kubernetes,
        "masterName": planned.master,
        "workloads": [each._asdict() for each in planned.workloads],
        "mustNotShare": planned.must_not_share,
        "shouldNotShare": planned.should_not_share,
        "services": [each._asdict() for each in planned.doors],
        "courses": [each._asdict() for each in planned.courses],
        "mayBeLost": [each._asdict() for each in planned.losses],
        "acknowledgedWritesLost": [each._asdict() for each in planned.windows],
        "budgets": [_budget(each) for each in planned.budgets],
        "namespaceTable": namespace_data(planned.table),
        "mustProvide": [each._asdict() for each in planned.needs],
        "findings": findings_data(planned.findings),
    }


def _budget(budget: Budget) -> dict[str, object]:
    return {
        "title": budget.title,
        "limit": budget.limit._asdict(),
        "parts": [part._asdict() for part in budget.parts],
        "beyond": [part._asdict() for part in budget.beyond],
        "fits": budget.fits,
    }
