"""Restore view: facts for the init containers of the Redis pods and for their scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Feature
from redismanifests.core.named import NamedTuple
from redismanifests.profile.derived import credentials
from redismanifests.profile.derived.backup.store import of_segments
from redismanifests.profile.formulas.format import lines, refused_versions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.features.restore.settings import Restore
    from redismanifests.profile.derived.backup.view import ContainerView, CronJobTemplates, StoreView
    from redismanifests.profile.model import Profile

SCRATCH = "/restore"
"""Where both init containers see the fetched dump."""


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
    # Only who restores pays for it.
    from redismanifests.profile.derived.backup.view import container_view, store_view  # noqa: PLC0415

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


def _drills(profile: Profile) -> Iterator[CronJobTemplates]:
    backup = profile.backup
    if backup is not None and backup.drill is not None:
        from redismanifests.features.restore import drill  # noqa: PLC0415 (as above)

        yield drill.templates(profile, backup, backup.drill)


FEATURE = Feature(
    "restore",
    view=_view,
    objects=lambda profile: (each.job for each in _drills(profile)),
    configs=lambda profile: (each.config for each in _drills(profile)),
)
