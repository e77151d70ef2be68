"""Drill fails: a byte of the newest backup is changed in the store, and the next drill finds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.bench.backup.kept import Kept, drill_of, lacks_drill
from redismanifests.prove.rehearse.scenario import Scenario

if TYPE_CHECKING:
    from redismanifests.prove.rehearse.measure.recovery import Recovery
    from redismanifests.prove.rehearse.stage import Stage


async def _play(stage: Stage, _recovery: Recovery) -> None:
    site = stage.cluster.site
    trouble, drill = site.trouble, (drill_of(site.objects) or {})["metadata"]["name"]
    if problem := await stage.back_up() or await stage.run_job(drill):
        trouble.append(f"the first backup, or its drill, failed: {problem}")
    kept = Kept.of(site)
    stage.note("a byte changed", kept.ids[0])
    kept.change_byte(kept.ids[0])
    if not await stage.run_job(drill):
        trouble.append("the drill found nothing wrong with a changed byte")
    await stage.alerted()
    if problem := await stage.back_up() or await stage.run_job(drill):
        trouble.append(f"the next backup and its drill failed: {problem}")


SCENARIO = Scenario(
    name="drill-fails",
    about="a byte of the newest backup is changed in the store, and a restore drill runs",
    play=_play,
    lacks=lacks_drill,
)
