"""Restore view: facts for the init containers of the Redis pods and for their scripts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from redismanifests.core.feature import Feature
from redismanifests.profile.derived import credentials
from redismanifests.profile.derived.backup import restore as restored
from redismanifests.profile.derived.backup.job import backup_workload
from redismanifests.profile.derived.backup.store import of_segments
from redismanifests.profile.derived.backup.view import (
    ContainerView,
    CronJobTemplates,
    JobView,
    StoreView,
    container_view,
    cron_job,
    job_view,
    store_view,
)
from redismanifests.profile.formulas.format import lines, refused_versions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.features.backup.settings import Backup, Drill
    from redismanifests.features.restore.settings import Restore
    from redismanifests.profile.model import Profile

SCRATCH = "/restore"
"""Where both init containers see the fetched dump."""
BACKOFF_LIMIT = 1
"""Two tries: a store that was away is back by the second."""


class SourceView(NamedTuple):
    """A backup that is restored."""

    id: str
    """newest, an id, or a moment."""
    fetched_read_only: bool
    """Whether what was fetched is placed as it is: a moment is made of it there."""
    scratch: str
    stores: tuple[StoreView, ...]
    fetch_image: str
    fetch: tuple[ContainerView, ...]
    size_limit: str
    maxmemory: int
    evicts: str
    refused_versions: str
    """RDB versions that no line which the image may be of loads. Not every check finds that: the one of Valkey 9 reads
    a dump of Redis 8 to its end, and the server refuses it."""


class RestoreView(NamedTuple):
    """Facts of a restore."""

    sources: tuple[SourceView, ...]
    """One, or none."""
    init: bool
    """Whether a Redis pod has an init container of any kind."""


def _view(profile: Profile) -> RestoreView:
    sources = (_source(profile, profile.restore),) if profile.restore else ()
    exporter = credentials.enabled(profile) and profile.exporters.redis.enabled
    return RestoreView(sources, init=bool(sources) or exporter)


def _source(profile: Profile, restore: Restore) -> SourceView:
    source, redis, fetch = restore.source, profile.redis, restore.fetch.resources
    name = of_segments(source.name) if source.until else source.name
    return SourceView(
        id=source.until or source.id,
        fetched_read_only=source.until is None,
        scratch=SCRATCH,
        stores=(store_view(source, source.namespace, name),),
        fetch_image=str(restore.fetch.image),
        fetch=(container_view(profile, fetch.requests, fetch.limits),),
        size_limit=str(restore.size_limit),
        maxmemory=redis.maxmemory.bytes,
        evicts="no" if redis.maxmemory_policy == "noeviction" else "yes",
        refused_versions=" ".join(map(str, refused_versions(lines(profile.engine, redis.image)))),
    )


@dataclass(frozen=True, kw_only=True)
class DrillView(JobView):
    """Facts of the CronJob of a restore drill."""

    fetch_image: str
    fetch: tuple[ContainerView, ...]


def _drill_facts(profile: Profile, backup: Backup, drill: Drill) -> dict[str, object]:
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


def _drills(profile: Profile) -> Iterator[CronJobTemplates]:
    backup = profile.backup
    if backup is None or backup.drill is None:
        return
    facts = _drill_facts(profile, backup, backup.drill)
    yield cron_job(
        restored.drill_name(profile),
        "restore/drill-cronjob.yaml.j2",
        restored.DRILL_SCRIPTS,
        facts,
        component="drill",
    )


FEATURE = Feature(
    "restore",
    view=_view,
    objects=lambda profile: (each.job for each in _drills(profile)),
    configs=lambda profile: (each.config for each in _drills(profile)),
)
