"""Segments view: facts for the container in each Redis pod, and for the CronJob that removes old segments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Feature
from redismanifests.core.named import NamedTuple
from redismanifests.profile.derived.backup import segments as derived
from redismanifests.profile.derived.backup.store import of_segments

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile.derived.backup.view import ContainerView, CronJobTemplates, StoreView
    from redismanifests.profile.model import Profile


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
    # Only who ships segments pays for it.
    from redismanifests.profile.derived.backup.view import container_view, store_view  # noqa: PLC0415

    place = store_view(backup, profile.namespace, of_segments(profile.name), secret_name=segments.secret_name)
    container = container_view(profile, segments.resources.requests, segments.resources.limits)
    return SegmentsView(
        (ShipperView(str(backup.upload.image), (place,), (container,)),), segments.every.whole_seconds
    )


def _prunes(profile: Profile) -> Iterator[CronJobTemplates]:
    backup, segments = profile.backup, derived.segments_of(profile)
    if backup is not None and segments is not None:
        from redismanifests.features.segments import prune  # noqa: PLC0415 (as above)

        yield prune.templates(profile, backup, segments)


FEATURE = Feature(
    "segments",
    view=_view,
    objects=lambda profile: (each.job for each in _prunes(profile)),
    configs=lambda profile: (each.config for each in _prunes(profile)),
)
