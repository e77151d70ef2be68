"""Segments view: facts for the container in each Redis pod, and for the CronJob that removes old segments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from redismanifests.core.feature import Feature
from redismanifests.profile.derived.backup import segments as derived
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

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.features.backup.settings import Backup, Segments
    from redismanifests.profile.model import Profile

BACKOFF_LIMIT = 1
"""Two tries: a store that was away is back by the second."""


class ShipperView(NamedTuple):
    """The container that ships segments."""

    image: str
    stores: tuple[StoreView, ...]
    containers: tuple[ContainerView, ...]


class SegmentsView(NamedTuple):
    """Facts of segments."""

    shippers: tuple[ShipperView, ...]
    """One, or none."""
    seconds: int
    """Time between two segments."""


def _view(profile: Profile) -> SegmentsView:
    backup, segments = profile.backup, derived.segments_of(profile)
    if backup is None or segments is None:
        return SegmentsView((), 0)
    place = store_view(backup, profile.namespace, of_segments(profile.name), secret_name=segments.secret_name)
    container = container_view(profile, segments.resources.requests, segments.resources.limits)
    return SegmentsView(
        (ShipperView(str(backup.upload.image), (place,), (container,)),), segments.every.whole_seconds
    )


@dataclass(frozen=True, kw_only=True)
class PruneView(JobView):
    """Facts of the CronJob that removes old segments."""

    image: str
    keep_seconds: int
    late_seconds: int


def _prune_facts(profile: Profile, backup: Backup, segments: Segments) -> dict[str, object]:
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


def _prunes(profile: Profile) -> Iterator[CronJobTemplates]:
    backup, segments = profile.backup, derived.segments_of(profile)
    if backup is None or segments is None:
        return
    facts = _prune_facts(profile, backup, segments)
    yield cron_job(
        derived.prune_name(profile),
        "segments/cronjob.yaml.j2",
        derived.PRUNE_SCRIPTS,
        facts,
        component="segments",
    )


FEATURE = Feature(
    "segments",
    view=_view,
    objects=lambda profile: (each.job for each in _prunes(profile)),
    configs=lambda profile: (each.config for each in _prunes(profile)),
)
