"""Verdict: where an alert of someone else's fires and where it does not, over all runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.alerts.planned import PLANNED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from redismanifests.prove.rehearse.alerts.heard import ForeignAlert, Heard
    from redismanifests.prove.rehearse.result import Result


@dataclass(frozen=True, slots=True)
class Fired:
    """A scenario in which it fired, in how many of its runs, and after how many seconds."""

    scenario: str
    fired: int
    runs: int
    first_s: float
    last_s: float

    @property
    def planned(self) -> bool:
        """Whether nothing is broken in this scenario."""
        return self.scenario in PLANNED


@dataclass(frozen=True, slots=True)
class Verdict:
    """One alert."""

    rule: ForeignAlert
    healthy: int
    """In how many runs it fired before the fault."""
    runs: int
    fires: tuple[Fired, ...]
    silent: tuple[str, ...]
    """Scenarios in which it never fired after the fault."""
    missing: tuple[str, ...]
    """Series that it reads and that were there in no run."""


def verdicts(results: Sequence[Result]) -> Iterator[Verdict]:
    """One for each alert, in the order of the files; none where there are no rules of someone else's."""
    rules = {heard.rule.mark: heard.rule for result in results for heard in result.foreign}
    for mark, rule in rules.items():
        runs = [
            (result.scenario, heard)
            for result in results
            for heard in result.foreign
            if heard.rule.mark == mark
        ]
        scenarios: dict[str, list[Heard]] = {}
        for scenario, heard in runs:
            scenarios.setdefault(scenario, []).append(heard)
        fires = tuple(each for name, of in scenarios.items() if (each := _fired(name, of)))
        yield Verdict(
            rule,
            sum(heard.healthy for _, heard in runs),
            len(runs),
            fires,
            tuple(name for name in scenarios if name not in {each.scenario for each in fires}),
            tuple(name for name in rule.reads if all(name in heard.missing for _, heard in runs)),
        )


def _fired(scenario: str, runs: Sequence[Heard]) -> Fired | None:
    after = [heard.after_s for heard in runs if heard.after_s is not None]
    return Fired(scenario, len(after), len(runs), min(after), max(after)) if after else None
