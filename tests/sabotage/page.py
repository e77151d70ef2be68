"""Page: docs/sabotage.md, made of the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.judge.explanation import explanations

from .sabotage import Found, NotShown, Rehearsed
from .table import SABOTAGES

if TYPE_CHECKING:
    from .sabotage import Caught, Sabotage

LONG = (
    "all-disks-full",
    "clock-stepped",
    "redis-scaled-down",
    "replica-file-damaged",
    "sentinel-disks-full",
    "last-master-missing",
)
"""Scenarios that `.ci/run` leaves out here: with a sabotage one takes longer than two minutes."""
_HEAD = """
Each row is one change of a profile or of the rendered objects, a fault that was seen in the field, and who catches it:
a finding of `check`, before anything is applied, or a rehearsal, by the scenario and what it then says. The tests in
`tests/sabotage` play all {number}, {rehearsed} of them in rehearsals, hold each to exactly this, and play the same
scenarios without the sabotage. Of the rehearsals `.ci/run` leaves out
{long}, where rows take longer than two minutes, rows that a finding catches as well, and
scenarios that hold in another of its tests: those are for a release.
What no one catches would be a hole. Some faults are races: a sabotage is rehearsed up to three times until it shows,
the sound one once.

peers.md (numbers such as 2.3 or 1g are its sections), sentinel-design.md, kubernetes-findings.md and
reference-deployment.md are the studies that this project began with; [design](design.md) has what follows from them.
Their abbreviations: BN bitnami/charts, CP CloudPirates-io/helm-charts, FW spotahome/redis-operator and its forks, G2K
groundhog2k/helm-charts, HF helmforgedev/charts, JC jory-callan/k8s-redis-sentinel, OT OT-CONTAINER-KIT/redis-operator,
RHA DandyDeveloper/charts, VKH valkey-io/valkey-helm.

"""
_GUARDS = """
## The guards of our scripts

A guard stays only where a rehearsal without it loses. Where none was found that does, the row says what was tried, and
what else speaks for the guard; each of these rows is a question that stays open.

| guard | without it | a rehearsal then |
|---|---|---|
"""


def page(note: str) -> str:
    """The whole page; ``note`` says that it is generated."""
    rehearsed = sum(any(isinstance(c, Rehearsed) for c in each.caught) for each in SABOTAGES)
    shown = [each for each in SABOTAGES if not _open(each)]
    rows = "".join(f"| {s.name} | {s.about} | {s.seen} | {_by(s)} |\n" for s in shown)
    guards = "".join(f"| {s.guard} | {s.about} | {_by(s)} |\n" for s in SABOTAGES if s.guard)
    long = ", ".join(f"`{scenario}`" for scenario in LONG)
    head = _HEAD.format(number=len(shown), rehearsed=rehearsed, long=long)
    table = f"| sabotage | what it does | seen | caught by |\n|---|---|---|---|\n{rows}"
    return f"# Sabotage\n\n{note}{head}{table}{_GUARDS}{guards}"


def _open(sabotage: Sabotage) -> bool:
    return all(isinstance(caught, NotShown) for caught in sabotage.caught)


def _by(sabotage: Sabotage) -> str:
    return "; ".join(_one(caught) for caught in sabotage.caught)


def _one(caught: Caught) -> str:
    if isinstance(caught, Found):
        name = next(item.name for item in explanations() if item.code == caught.code)
        return f"[{caught.code}](findings/{caught.code}.md) {name}"
    if isinstance(caught, Rehearsed):
        return f"rehearsal `{caught.scenario}`: {caught.says}"
    shown = f". It is shown by `pytest -m '' {caught.shown_by}`" if caught.shown_by else ""
    return f"**not shown**: {caught.tried}{shown}"
