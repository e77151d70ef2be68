"""Prune: the CronJob that removes old segments, and the facts of its templates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from redismanifests.profile.derived.backup import segments as derived
from redismanifests.profile.derived.backup.job import backup_workload
from redismanifests.profile.derived.backup.store import of_segments
from redismanifests.profile.derived.backup.view import (
    CronJobTemplates,
    JobView,
    container_view,
    cron_job,
    job_view,
    store_view,
)

if TYPE_CHECKING:
    from redismanifests.features.backup.settings import Backup, Segments
    from redismanifests.profile.model import Profile

BACKOFF_LIMIT = 1
"""Two tries: a store that was away is back by the second."""


@dataclass(frozen=True, kw_only=True)
class PruneView(JobView):
    """Facts of the CronJob that removes old segments."""

    image: str
    keep_seconds: int
    late_seconds: int


def _facts(profile: Profile, backup: Backup, segments: Segments) -> dict[str, object]:
    job = job_view(backup, derived.prune_name(profile), backup.schedule, backoff_limit=BACKOFF_LIMIT)
    upload = backup.upload.resources
    return {
        "workload": backup_workload(profile),
        "prune": PruneView(
            **vars(job),
            image=str(backup.upload.image),
            keep_seconds=segments.keep.whole_seconds,
            late_seconds=derived.late_seconds(segments),
        ),
        "container": container_view(profile, upload.requests, upload.limits),
        "backup": store_view(backup, profile.namespace, of_segments(profile.name)),
    }


def templates(profile: Profile, backup: Backup, segments: Segments) -> CronJobTemplates:
    """The CronJob, and its ConfigMap."""
    return cron_job(
        derived.prune_name(profile),
        "segments/cronjob.yaml.j2",
        derived.PRUNE_SCRIPTS,
        _facts(profile, backup, segments),
        component="segments",
    )
