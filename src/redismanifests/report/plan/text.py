"""Text: the plan for a terminal of a hundred columns.

Drawn in Unicode; `in_ascii` says the same with the signs that every terminal has. What must not come in: printing, and
deciding what a terminal can do.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from redismanifests.core.findings import Severity
from redismanifests.core.source import printable
from redismanifests.report.text import COLOURS, count_text, painted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from redismanifests.core.findings import Finding
    from redismanifests.plan import Budget, Loss, Plan

WIDTH = 100
_LABEL, _BAR = 40, 46
_ASCII = str.maketrans("┌┐└┘─│├┤█░●○▏·→", "++++-|++#.*o|.>")


def plan_text(plan: Plan, *, colour: bool = False) -> str:
    """All of it: pods, Services, votes, time, memory, disk, the namespace, findings."""
    head = f"{plan.name} in {plan.namespace}, Kubernetes {plan.kubernetes}"
    chapters = [
        painted(head, "1", colour) + "\n",
        "".join(f"{line}\n" for line in (*topology(plan), "", *workload_lines(plan))),
        _titled("Services", _doors(plan), colour),
        _titled("What may be lost", [line for loss in plan.losses for line in _loss(loss)], colour),
        *(_titled(f"{b.title}{_verdict(b)}", bars(b), colour) for b in plan.budgets),
    ]
    chapters.append(_titled("What the namespace has left", left_lines(plan), colour))
    found = [line for finding in plan.findings for line in finding_lines(finding, colour)]
    chapters.append(_titled(f"Findings: {count_text(plan.findings) or 'none'}", found, colour))
    return "\n".join(chapters)


def in_ascii(text: str) -> str:
    """The same in ASCII; what has no sign there is a question mark."""
    return text.translate(_ASCII).encode("ascii", "replace").decode()


def topology(plan: Plan) -> Iterator[str]:
    """A box a place that no two pods of a workload share, with the pods in it; the n-th of each in the n-th box."""
    width = max(len(pod) for workload in plan.workloads for pod in workload.pods)
    columns = max(len(workload.pods) for workload in plan.workloads)
    place = place_name(plan)
    in_a_row = max(1, (WIDTH + 1) // (width + 5))
    for first in range(0, columns, in_a_row):
        numbers = range(first, min(first + in_a_row, columns))
        titles = [f" {place} {chr(ord('A') + n)} " for n in numbers]
        yield " ".join(f"┌{title[: width + 2]:─^{width + 2}}┐" for title in titles)
        for workload in plan.workloads:
            pods = [workload.pods[n] if n < len(workload.pods) else "" for n in numbers]
            yield " ".join(f"│ {pod:<{width}} │" for pod in pods)
        yield " ".join(f"└{'─' * (width + 2)}┘" for _ in numbers)
    yield from wrapped(spread_line(plan))


def place_name(plan: Plan) -> str:
    """What a box of the picture is: what no two pods of a workload share."""
    for key, word in (("zone", "zone"), ("hostname", "node"), ("rack", "rack")):
        if any(key in one for one in plan.must_not_share):
            return word
    return "place" if plan.must_not_share else "any node"


def spread_line(plan: Plan) -> str:
    """What the boxes mean."""
    must = ", ".join(plan.must_not_share) or "nothing, they may share a node"
    return (
        f"of each workload no two pods share: {must}; if possible: {', '.join(plan.should_not_share) or '-'}"
    )


def bars(budget: Budget) -> Iterator[str]:
    """A line a part, each beginning where the one before ends, and the limit as a line through all of them."""
    scale = max(budget.limit.amount, budget.used + sum(part.amount for part in budget.beyond)) or 1

    def column(amount: int) -> int:
        return amount * (_BAR - 1) // scale

    limit = column(budget.limit.amount)
    start = 0
    for sign, part in [*(("█", part) for part in budget.parts), *(("░", part) for part in budget.beyond)]:
        begin, end = column(start), column(start + part.amount)
        cells = [sign if begin <= at < max(end, begin + 1) else " " for at in range(_BAR)]
        if cells[limit] == " ":
            cells[limit] = "│"
        yield f"{part.name:<{_LABEL}} {''.join(cells)} {part.written:>10}"
        start += part.amount
    cells = ["█" if at < column(budget.used) else " " for at in range(_BAR)]
    cells[limit] = "│"
    yield f"{budget.limit.name:<{_LABEL}} {''.join(cells)} {budget.limit.written:>10}"


def left_lines(plan: Plan) -> Iterator[str]:
    """What quotas leave when the deployment is there; what it asks for and what is used are in `show --table`."""
    rows = [("quota", "resource", "asked", "used", "allowed", "left")]
    rows += [
        (s.quota, s.resource, str(s.asked), str(s.used), str(s.allowed), str(s.left)) for s in plan.table.sums
    ]
    if not plan.table.sums:
        yield f"no quota is known: kubectl -n {plan.namespace} get limitrange,resourcequota -o yaml"
        return
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    for fits, row in zip([True, *(s.fits for s in plan.table.sums)], rows, strict=True):
        words = [row[at].ljust(w) if at < 2 else row[at].rjust(w) for at, w in enumerate(widths)]
        yield f"{' ' if fits else '!'} {'  '.join(words)}"


def finding_lines(finding: Finding, colour: bool = False) -> list[str]:
    """A finding in as many lines as it takes: what and where, the fact, the fix or the reason of its waiver."""
    what = "waived" if finding.waived else str(finding.severity)
    number = COLOURS[finding.severity] if not finding.waived else COLOURS[Severity.NOTE]
    where = printable(".".join(map(str, finding.path)))
    lines = [f"{painted(what, number, colour)} {finding.code} {finding.name}  {where}".rstrip()]
    lines += wrapped(printable(finding.fact), "  ")
    last = f"waived: {finding.waived}" if finding.waived else f"fix: {finding.fix.splitlines()[0]}"
    return lines + wrapped(printable(last), "  ")


def wrapped(text: str, indent: str = "") -> list[str]:
    """``text`` in lines that fit."""
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)


def verdict(budget: Budget) -> str:
    """Whether it fits, in words."""
    with_all = budget.used + sum(part.amount for part in budget.beyond)
    if not budget.fits:
        return "too much"
    return "fits" if with_all <= budget.limit.amount else "fits, but not if an election fails"


def _verdict(budget: Budget) -> str:
    return f": {verdict(budget)}"


def workload_lines(plan: Plan) -> Iterator[str]:
    """What each pod of a workload has."""
    for workload in plan.workloads:
        yield f"{workload.name}: {len(workload.pods)} pods of {workload.image}"
        yield from wrapped(f"each requests {workload.requests}; limits {workload.limits}", "  ")
        yield from wrapped(f"volume {workload.volume}; a drain may take {workload.drain}", "  ")


def _doors(plan: Plan) -> Iterator[str]:
    names = [f"{door.name}:{door.port}" for door in plan.doors]
    width = max(map(len, names))
    for name, door in zip(names, plan.doors, strict=True):
        line = f"{name:<{width}}  {door.type:<12}  {door.use}"
        yield from (line,) if len(line) <= WIDTH else (f"{name:<{width}}  {door.type}", f"    {door.use}")
    yield f"master's name for clients: {printable(plan.master)}"


def _loss(loss: Loss) -> Iterator[str]:
    kept = loss.there - loss.losable
    picture = " ".join("●" * kept + "○" * loss.losable)
    yield f"{loss.what:<10} {picture}   {loss.losable} may be lost; with one more, {loss.then}"
    yield from wrapped(loss.rule, " " * 11)


def _titled(title: str, lines: Iterator[str] | Sequence[str], colour: bool) -> str:
    return painted(title, "1", colour) + "\n" + "".join(f"{line.rstrip()}\n" for line in lines)
