"""Drill: the CronJob of restore drills, and the facts of its templates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from redismanifests.profile.derived.backup import restore as restored
from redismanifests.profile.derived.backup.job import backup_workload
from redismanifests.profile.derived.backup.view import (
    ContainerView,
    CronJobTemplates,
    JobView,
    container_view,
    cron_job,
    job_view,
    store_view,
)

if TYPE_CHECKING:
    from redismanifests.features.backup.settings import Backup, Drill
    from redismanifests.profile.model import Profile

BACKOFF_LIMIT = 1
"""Two tries: a store that was away is back by the second."""


@dataclass(frozen=True, kw_only=True)
class DrillView(JobView):
    """Facts of the CronJob of a restore drill."""

    fetch_image: str
    fetch: tuple[ContainerView, ...]


def _facts(profile: Profile, backup: Backup, drill: Drill) -> dict[str, object]:
    job = job_view(backup, restored.drill_name(profile), drill.schedule, backoff_limit=BACKOFF_LIMIT)
    upload, redis = backup.upload.resources, profile.redis.resources
    return {
        "workload": backup_workload(profile),
        "drill": DrillView(
            **vars(job),
            fetch_image=str(backup.upload.image),
            fetch=(container_view(profile, upload.requests, upload.limits),),
        ),
        # Loads what a Redis pod holds.
        "container": container_view(profile, redis.requests, redis.limits),
        "backup": store_view(backup, profile.namespace, profile.name),
    }


def templates(profile: Profile, backup: Backup, drill: Drill) -> CronJobTemplates:
    """The CronJob, and its ConfigMap."""
    return cron_job(
        restored.drill_name(profile),
        "restore/drill-cronjob.yaml.j2",
        restored.DRILL_SCRIPTS,
        _facts(profile, backup, drill),
        component="drill",
    )
