"""Files: a report of rehearsals as a folder: one file a format, and for each run its picture and its logs.

The folder is written completely or not at all, and only our own files in it are replaced, as for renderings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.present import boards
from redismanifests.present.documents.rehearsal import rehearsal
from redismanifests.present.rehearsal.lanes import timeline
from redismanifests.present.rehearsal.log import log_text
from redismanifests.present.rehearsal.names import named, pictures, planned
from redismanifests.present.timeline import svg
from redismanifests.present.writers import REPORT, WRITERS, formats, written
from redismanifests.render import output as folder

if TYPE_CHECKING:
    from pathlib import Path

    from redismanifests.prove.rehearse.suite import Plan, Record


def report_files(record: Record) -> dict[str, bytes]:
    """Every file of the report: the same record gives the same bytes."""
    document = rehearsal(record)
    files = {WRITERS[name].file: written(document, name) for name in formats(*REPORT)}
    for name, run in named(record.runs).items():
        files |= {f"{name}.svg": svg(timeline(run, name), heading=True), f"{name}.log": log_text(run.result)}
        for file, board in pictures(name, run).items():
            title = f"{board.board}, in {name}"
            files[file] = boards.svg(board, title, run.result.fault_at or run.result.phase("fault") or 0.0)
    return {name: text.encode() for name, text in sorted(files.items())}


def write(directory: Path, record: Record) -> None:
    """Write the report; raises FolderError, and writes nothing, if that would lose something."""
    folder.write(directory, report_files(record))


def refuse_loss(directory: Path, plan: Plan) -> None:
    """Raise FolderError now, not after half an hour, if the report would lose something."""
    about_all = (WRITERS[name].file for name in formats(*REPORT))
    kinds = ["svg", "log", *(f"{board}.svg" for board in _dashboards(plan))]
    names = [*about_all, *(f"{run}.{kind}" for run in planned(plan) for kind in kinds)]
    found = folder.plan(directory, dict.fromkeys(names, b""))
    if found.refused:
        raise folder.refusal(found)


def _dashboards(plan: Plan) -> list[str]:
    """The dashboards that a Prometheus of the rehearsal is asked for."""
    profiles = [subject.profile for subject in plan.subjects if plan.alerts and subject.profile]
    if not profiles:
        return []
    from redismanifests.features.alerts.dashboards import index  # noqa: PLC0415 (only who rehearses alerts pays)

    return [f"{profile.name}-{kind}" for profile in profiles for kind in index.boards(profile)]
