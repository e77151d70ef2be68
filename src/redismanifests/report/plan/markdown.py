"""Markdown: the plan as a comment under a pull request: the pictures of the terminal between tables.

What must not come in: printing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.report.markdown import code, escaped, findings_table
from redismanifests.report.plan.text import bars, left_lines, topology, verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from redismanifests.plan import Plan


def plan_markdown(plan: Plan) -> str:
    """A heading, the picture, tables of workloads, Services and losses, the budgets, and what was found."""
    parts = [
        f"## Plan: {escaped(plan.name)} in {escaped(plan.namespace)}, Kubernetes {plan.kubernetes}",
        _fenced(topology(plan)),
        _table(
            ("workload", "pods", "image", "requests", "limits", "volume", "a drain may take"),
            (
                (w.name, str(len(w.pods)), w.image, w.requests, w.limits, w.volume, w.drain)
                for w in plan.workloads
            ),
        ),
        _table(
            ("Service", "port", "type", "what for"),
            ((d.name, str(d.port), d.type, d.use) for d in plan.doors),
        ),
        f"Clients ask Sentinel for {code(plan.master)}.",
        _table(
            ("", "there are", "may be lost", "with one more", "why"),
            ((x.what, str(x.there), str(x.losable), x.then, x.rule) for x in plan.losses),
        ),
        *(f"**{b.title}: {verdict(b)}**\n\n{_fenced(bars(b))}" for b in plan.budgets),
        _fenced(left_lines(plan)),
        findings_table(plan.findings),
    ]
    return "\n\n".join(part.rstrip("\n") for part in parts if part) + "\n"


def _fenced(lines: Iterable[str]) -> str:
    text = "\n".join(line.rstrip() for line in lines)
    return f"```text\n{text}\n```" if text else ""


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return "\n".join([*lines, *(f"| {' | '.join(map(escaped, row))} |" for row in rows)])
