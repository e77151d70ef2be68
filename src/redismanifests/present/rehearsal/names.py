"""Names: what the files of each run are called."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redismanifests.prove.rehearse.alerts.shown import Shown
    from redismanifests.prove.rehearse.suite import Plan, Run


def named(runs: Sequence[Run]) -> dict[str, Run]:
    """The runs by the name of their files."""
    many = len({run.subject for run in runs}) > 1
    return {_name(run.subject if many else "", run.result.scenario, run.number): run for run in runs}


def pictures(name: str, run: Run) -> dict[str, Shown]:
    """The files with the dashboards of a run, whose other files are called ``name``."""
    return {f"{name}.{board.board}.svg": board for board in run.result.boards}


def planned(plan: Plan) -> list[str]:
    """The names of all runs of a plan."""
    many = len(plan.subjects) > 1
    return [
        _name(subject.name if many else "", scenario, number)
        for subject in plan.subjects
        for scenario in plan.scenarios
        for number in range(1, plan.repeat + 1)
    ]


def _name(subject: str, scenario: str, number: int) -> str:
    parts = [*([slug(subject)] if subject else []), scenario, *([str(number)] if number > 1 else [])]
    return ".".join(parts)


def slug(name: str) -> str:
    """A name as a file may have it: lower-case letters, digits, dots and dashes."""
    return re.sub(r"[^a-z0-9.-]+", "-", name.lower()).strip(".-") or "manifests"
