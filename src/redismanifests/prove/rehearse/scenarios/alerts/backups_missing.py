"""Backups missing: one backup and one restore drill succeed, and then none runs for two periods of their schedules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.values.cron import Cron
from redismanifests.prove.rehearse.bench.backup.kept import backup_of, drill_of
from redismanifests.prove.rehearse.scenario import Scenario

if TYPE_CHECKING:
    from redismanifests.prove.rehearse.measure.recovery import Recovery
    from redismanifests.prove.rehearse.stage import Stage
    from redismanifests.prove.toycluster.objects import Objects

_LONGEST_MINUTES = 5
"""Period of a schedule whose absence can be waited for: two of them, compressed, are some minutes at the most."""


def _lacks(objects: Objects) -> str:
    jobs = [each for each in (backup_of(objects), drill_of(objects)) if each]
    if not jobs:
        return "the objects have no backup"
    gap = max(Cron.parse(each["spec"]["schedule"]).longest_gap_minutes for each in jobs)
    if gap <= _LONGEST_MINUTES:
        return ""
    return (
        f"{gap} minutes lie between two runs, and a rehearsal waits for two of {_LONGEST_MINUTES} at the most"
    )


async def _play(stage: Stage, _recovery: Recovery) -> None:
    site = stage.cluster.site
    if problem := await stage.back_up():
        site.trouble.append(f"the backup failed: {problem}")
    drill = drill_of(site.objects)
    if drill and (problem := await stage.run_job(drill["metadata"]["name"])):
        site.trouble.append(f"the restore drill failed: {problem}")
    stage.note("no backup and no drill runs")
    await stage.alerted()


SCENARIO = Scenario(
    name="backups-missing",
    about="one backup and one restore drill succeed, and no other runs",
    play=_play,
    lacks=_lacks,
)
