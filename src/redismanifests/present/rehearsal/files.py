"""Files: a report of rehearsals as a folder: page, Markdown, JSON, JUnit, and for each run its picture and its logs.

The folder is written completely or not at all, and only our own files in it are replaced, as for renderings.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from redismanifests.present.rehearsal.junit import junit
from redismanifests.present.rehearsal.lanes import timeline
from redismanifests.present.rehearsal.log import log_text
from redismanifests.present.rehearsal.machine import record_data
from redismanifests.present.rehearsal.markdown import markdown
from redismanifests.present.rehearsal.page import page
from redismanifests.present.timeline import svg
from redismanifests.present.writers.json import json_text
from redismanifests.render import output as folder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from redismanifests.prove.rehearse.suite import Plan, Record, Run


WHOLE = ("index.html", "junit.xml", "report.json", "report.md")
"""The files about all runs."""


def report_files(record: Record) -> dict[str, bytes]:
    """Every file of the report: the same record gives the same bytes."""
    runs = named(record.runs)
    pictures = {name: svg(timeline(run, name)) for name, run in runs.items()}
    files = dict(
        zip(
            WHOLE,
            (
                page(record, runs, pictures),
                junit(record),
                json_text(record_data(record)),
                markdown(record, runs),
            ),
            strict=True,
        )
    )
    for name, run in runs.items():
        files |= {f"{name}.svg": pictures[name], f"{name}.log": log_text(run.result)}
    return {name: text.encode() for name, text in sorted(files.items())}


def named(runs: Sequence[Run]) -> dict[str, Run]:
    """The runs by the name of their files."""
    many = len({run.subject for run in runs}) > 1
    return {_name(run.subject if many else "", run.result.scenario, run.number): run for run in runs}


def _name(subject: str, scenario: str, number: int) -> str:
    parts = [*([slug(subject)] if subject else []), scenario, *([str(number)] if number > 1 else [])]
    return ".".join(parts)


def slug(name: str) -> str:
    """A name as a file may have it: lower-case letters, digits, dots and dashes."""
    return re.sub(r"[^a-z0-9.-]+", "-", name.lower()).strip(".-") or "manifests"


def write(directory: Path, record: Record) -> None:
    """Write the report; raises FolderError, and writes nothing, if that would lose something."""
    folder.write(directory, report_files(record))


def refuse_loss(directory: Path, plan: Plan) -> None:
    """Raise FolderError now, not after half an hour, if the report would lose something."""
    many = len(plan.subjects) > 1
    runs = [
        _name(subject.name if many else "", scenario, number)
        for subject in plan.subjects
        for scenario in plan.scenarios
        for number in range(1, plan.repeat + 1)
    ]
    names = [*WHOLE, *(f"{run}.{kind}" for run in runs for kind in ("svg", "log"))]
    found = folder.plan(directory, dict.fromkeys(names, b""))
    if found.refused:
        raise folder.refusal(found)
