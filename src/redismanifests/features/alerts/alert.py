"""Alert: one alert with its runbook; each is one file below this folder.

A runbook is a summary line, then Meaning, Impact, Diagnosis and Fix. It is no docstring: it is rendered, and Python
drops docstrings where it is asked to (-OO).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from redismanifests.core.pattern import pattern

if TYPE_CHECKING:
    from collections.abc import Callable

    from redismanifests.features.alerts.facts import Facts

Severity = Literal["page", "ticket", "info"]
CHAPTERS = ("Meaning", "Impact", "Diagnosis", "Fix")
_SELECTOR = pattern(r"\b([a-zA-Z_:][a-zA-Z0-9_:]*)\{")


def _always(_facts: Facts) -> bool:
    """Most alerts fit every deployment."""
    return True


def _settled(facts: Facts) -> float:
    """By then Sentinels have noticed, and a failover is over."""
    return facts.outage_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """An expression that is true while something is wrong, and what a person should know of it."""

    name: str
    severity: Severity
    expression: Callable[[Facts], str]
    wait: Callable[[Facts], float]
    """Seconds for which the expression must hold."""
    applies: Callable[[Facts], bool]
    runbook: str
    fires_in: tuple[str, ...]
    """Scenarios of the rehearsal in which it must fire."""
    silent_in: tuple[str, ...]
    """Scenarios near to it in which it must not; in planned changes no page may."""
    shows: Callable[[Facts], float]
    """Seconds from the fault until its series shows it, at the most."""
    unproven: str
    """Why no rehearsal can show it; empty for all that one shows."""

    @property
    def title(self) -> str:
        """The first line of the runbook, with the label in it that Prometheus fills in."""
        return self.runbook.partition("\n")[0]

    @property
    def summary(self) -> str:
        """The same for a reader of the runbook, without that label."""
        return re.sub(r" \({{.*?}}\)", "", self.title)

    def chapter(self, name: str) -> str:
        """A chapter of the runbook as one line; empty where it is missing."""
        found = re.search(rf"^{name}: (.*?)(?=^(?:{'|'.join(CHAPTERS)}): |\Z)", self.runbook, re.M | re.S)
        return " ".join(found[1].split()) if found else ""


def metrics(expression: str) -> frozenset[str]:
    """Names of all series that an expression selects."""
    return frozenset(_SELECTOR.findall(expression))


def alert(
    severity: Severity,
    runbook: str,
    *,
    wait: Callable[[Facts], float],
    applies: Callable[[Facts], bool] = _always,
    fires_in: tuple[str, ...] = (),
    silent_in: tuple[str, ...] = (),
    shows: Callable[[Facts], float] = _settled,
    unproven: str = "",
) -> Callable[[Callable[[Facts], str]], Alert]:
    """Make an alert of a function that gives its expression; its name follows from the function's."""

    def made(expression: Callable[[Facts], str]) -> Alert:
        return Alert(
            name="Redis" + "".join(part.capitalize() for part in expression.__name__.split("_")),
            severity=severity,
            expression=expression,
            wait=wait,
            applies=applies,
            runbook=runbook,
            fires_in=fires_in,
            silent_in=silent_in,
            shows=shows,
            unproven=unproven,
        )

    return made
