"""Figure: measured values in words, and several runs of one scenario as one row."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.result import KEYS_OF_BEFORE, LOST_KEYS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from redismanifests.prove.rehearse.result import Measure, Result
    from redismanifests.prove.rehearse.suite import Record, Run

_SAID = ("outage", "lost acknowledged writes", LOST_KEYS)
"""What the line of a run says in any case."""


@dataclass(frozen=True, slots=True)
class Row:
    """One measure over all runs of a scenario."""

    name: str
    median: str
    maximum: str
    limit: str
    held: bool


def shown(value: float, unit: str) -> str:
    """A value with its unit: seconds to a hundredth, shares to a tenth, counts whole."""
    if math.isinf(value):
        return "never ended"
    number = f"{value:z.2f}" if unit == "s" else f"{value:z.1f}" if unit else f"{value:zg}"
    return f"{number} {unit}".rstrip()


def limit(value: float | None, unit: str) -> str:
    """A limit as it was computed, without places that say nothing."""
    return "" if value is None or math.isinf(value) else f"{value:zg} {unit}".rstrip()


def engines(record: Record) -> str:
    """The servers that ran, each with the deployed one that it replaces."""
    return ", ".join(sorted({_engine(run.result) for run in record.runs} - {""}))


def _engine(result: Result) -> str:
    return f"{result.engine} in place of {result.deployed}" if result.stands_in else result.engine


def groups(runs: Sequence[Run]) -> list[tuple[Run, ...]]:
    """The runs of each subject and scenario together, in the order in which they were first run."""
    found: dict[tuple[str, str], list[Run]] = {}
    for run in runs:
        found.setdefault((run.subject, run.result.scenario), []).append(run)
    return [tuple(group) for group in found.values()]


def rows(group: Sequence[Run]) -> Iterator[Row]:
    """A row for each measure of a scenario's runs; names that differ in what they found are one."""
    names = dict.fromkeys(_plain(measure.name) for run in group for measure in run.result.measures)
    for name in names:
        same = [m for run in group for m in run.result.measures if _plain(m.name) == name]
        largest = max(same, key=lambda measure: measure.value)
        yield Row(
            name=largest.name,
            median=shown(median(measure.value for measure in same), largest.unit),
            maximum=shown(largest.value, largest.unit),
            limit=limit(min((m.limit for m in same if m.limit is not None), default=None), largest.unit),
            held=all(measure.held for measure in same),
        )


def _plain(name: str) -> str:
    return name.partition(",")[0]


def summary(run: Run) -> str:
    """A run in one line: what an operator asks first, and what is wrong."""
    result = run.result
    known = {measure.name: measure for measure in result.measures}
    parts = []
    if outage := known.get("outage"):
        parts.append(f"outage {_against(outage)}")
    lost, written = known.get("lost acknowledged writes"), known.get("acknowledged writes")
    if lost and written:
        parts.append(f"{lost.value:g} of {written.value:g} acknowledged writes lost")
    if before := known.get(KEYS_OF_BEFORE):
        kept = before.value - known[LOST_KEYS].value
        parts.append(f"{KEYS_OF_BEFORE}: {kept:,.0f} of {before.value:,.0f}")
    parts += _alerts(result)
    others = (m for m in missed(run) if m.name not in _SAID)
    parts += [f"{m.name} {shown(m.value, m.unit)} exceeds {limit(m.limit, m.unit)}" for m in others]
    parts += result.problems
    if not parts:
        parts = [f"{measure.name} {shown(measure.value, measure.unit)}" for measure in result.measures]
    return "; ".join(parts)


def _against(measure: Measure) -> str:
    """A value beside its limit."""
    bound, against = limit(measure.limit, measure.unit), "limit" if measure.held else "exceeds"
    return shown(measure.value, measure.unit) + (f" ({against} {bound})" if bound else "")


def of_limit(run: Run) -> str:
    """The outage as a share of its limit: 13.4 of 14.7 s is not like 1.4 of 4.9 s."""
    outage = _measure(run, "outage")
    if outage is None or not outage.limit or math.isinf(outage.value) or math.isinf(outage.limit):
        return ""
    return f"{outage.value / outage.limit:z.0%}"


def cost(runs: Sequence[Run]) -> str:
    """What all of it cost in one line: the longest outage, and what was lost; empty if no run measured it."""
    outages = [(measure, run) for run in runs if (measure := _measure(run, "outage"))]
    if not outages:
        return ""
    longest, run = max(outages, key=lambda each: each[0].value)
    lost, written = (
        sum(measure.value for each in runs if (measure := _measure(each, name)))
        for name in ("lost acknowledged writes", "acknowledged writes")
    )
    return (
        f"Longest outage {_against(longest)} in {run.result.scenario}; "
        f"{shown(lost, '')} of {shown(written, '')} acknowledged writes lost."
    )


def _measure(run: Run, name: str) -> Measure | None:
    return next((each for each in run.result.measures if each.name == name), None)


def _alerts(result: Result) -> Iterator[str]:
    """Which alerts fired, and how many seconds after the fault."""
    if result.alerts:
        seen = [each for each in result.alerts if each.after_s is not None]
        fired = (
            f"{each.alert} {each.after_s:.0f} s" for each in sorted(seen, key=lambda each: each.after_s or 0)
        )
        yield f"alerts: {', '.join(fired) or 'none'}"


def missed(run: Run) -> list[Measure]:
    """The measures that exceed their limit."""
    return [measure for measure in run.result.measures if not measure.held]
