"""Drawing: the pictures of a plan in letters: boxes of pods, budgets as bars."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from redismanifests.present.document import Run, Tone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.judge.plan import Budget, Plan

WIDTH = 100
_LABEL, _BAR, _AMOUNT = 40, 46, 10
"""Columns of a line of a budget."""
_LEAST_BAR = 8


def topology(plan: Plan, most: int = WIDTH) -> Iterator[str]:
    """A box a place that no two pods of a workload share, with the pods in it; the n-th of each in the n-th box."""
    width = max(len(pod) for workload in plan.workloads for pod in workload.pods)
    columns = max(len(workload.pods) for workload in plan.workloads)
    place = _place_name(plan)
    in_a_row = max(1, (min(most, WIDTH) + 1) // (width + 5))
    for first in range(0, columns, in_a_row):
        numbers = range(first, min(first + in_a_row, columns))
        titles = [f" {place} {chr(ord('A') + n)} " for n in numbers]
        yield " ".join(f"┌{title[: width + 2]:─^{width + 2}}┐" for title in titles)
        for workload in plan.workloads:
            pods = [workload.pods[n] if n < len(workload.pods) else "" for n in numbers]
            yield " ".join(f"│ {pod:<{width}} │" for pod in pods)
        yield " ".join(f"└{'─' * (width + 2)}┘" for _ in numbers)
    must = ", ".join(plan.must_not_share) or "nothing, they may share a node"
    spread = (
        f"of each workload no two pods share: {must}; if possible: {', '.join(plan.should_not_share) or '-'}"
    )
    yield from wrapped(spread)


def _place_name(plan: Plan) -> str:
    """What a box of the picture is: what no two pods of a workload share."""
    for key, word in (("zone", "zone"), ("hostname", "node"), ("rack", "rack")):
        if any(key in one for one in plan.must_not_share):
            return word
    return "place" if plan.must_not_share else "any node"


def bars(budget: Budget, most: int = WIDTH) -> Iterator[str]:
    """A line a part, each beginning where the one before ends, and the limit as a line through all of them.

    Without the picture where a line is too short for one.
    """
    bar = min(_BAR, most - _LABEL - _AMOUNT - 2)
    if bar < _LEAST_BAR:
        yield from (f"{part.name}: {part.written}" for part in (*budget.parts, *budget.beyond, budget.limit))
        return
    scale = max(budget.limit.amount, budget.used + sum(part.amount for part in budget.beyond)) or 1

    def column(amount: int) -> int:
        return amount * (bar - 1) // scale

    limit = column(budget.limit.amount)
    start = 0
    for sign, part in [*(("█", part) for part in budget.parts), *(("░", part) for part in budget.beyond)]:
        begin, end = column(start), column(start + part.amount)
        cells = [sign if begin <= at < max(end, begin + 1) else " " for at in range(bar)]
        if cells[limit] == " ":
            cells[limit] = "│"
        yield f"{part.name:<{_LABEL}} {''.join(cells)} {part.written:>{_AMOUNT}}"
        start += part.amount
    cells = ["█" if at < column(budget.used) else " " for at in range(bar)]
    cells[limit] = "│"
    name = f"│ limit: {budget.limit.name} (bar: sum)"
    yield f"{name:<{_LABEL}} {''.join(cells)} {budget.limit.written:>{_AMOUNT}}"


def verdict(budget: Budget) -> Run:
    """Whether it fits."""
    if not budget.fits:
        return Run("too much", Tone.BAD)
    with_all = budget.used + sum(part.amount for part in budget.beyond)
    if with_all <= budget.limit.amount:
        return Run("fits", Tone.GOOD)
    return Run("fits only without one", Tone.OPEN)


def wrapped(text: str, indent: str = "", more: str | None = None) -> list[str]:
    """``text`` in lines that fit; those after the first begin with ``more``, or with ``indent`` as well."""
    rest = indent if more is None else more
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=rest, break_on_hyphens=False)
