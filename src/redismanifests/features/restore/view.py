"""Restore view: facts for the init containers of the Redis pods and for their scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from redismanifests.core.feature import Feature
from redismanifests.core.values.resources import ResourcesView, resources_view
from redismanifests.profile.derived import credentials
from redismanifests.profile.derived.backup import store as derived

if TYPE_CHECKING:
    from redismanifests.features.restore.settings import Restore
    from redismanifests.profile.model import Profile

SCRATCH = "/restore"
"""Where both init containers see the fetched dump."""


class StoreView(NamedTuple):
    """What a container with rclone gets; the templates of a backup's store read it."""

    variables: tuple[derived.Variable, ...]
    secrets: tuple[derived.SecretVariable, ...]
    files: tuple[str, ...]
    file_secret: str
    file_folder: str
    claim: str
    claim_folder: str


class ContainerView(NamedTuple):
    """A container, as the template of resources reads it."""

    resources: ResourcesView


class SourceView(NamedTuple):
    """A backup that is restored."""

    id: str
    scratch: str
    stores: tuple[StoreView, ...]
    fetch_image: str
    fetch: tuple[ContainerView, ...]
    size_limit: str
    maxmemory: int
    evicts: str


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
    source, redis = restore.source, profile.redis
    store = source.store
    resources = restore.fetch.resources
    return SourceView(
        id=source.id,
        scratch=SCRATCH,
        stores=(
            StoreView(
                variables=derived.variables(source, source.namespace, source.name),
                secrets=derived.secret_variables(source),
                files=derived.secret_files(store),
                file_secret=store.secret_name or "",
                file_folder=derived.STORE_FOLDER,
                claim=(store.claim or "") if store.kind == "claim" else "",
                claim_folder=derived.CLAIM_FOLDER,
            ),
        ),
        fetch_image=str(restore.fetch.image),
        fetch=(ContainerView(resources_view(resources.requests, resources.limits)),),
        size_limit=str(restore.size_limit),
        maxmemory=redis.maxmemory.bytes,
        evicts="no" if redis.maxmemory_policy == "noeviction" else "yes",
    )


FEATURE = Feature("restore", view=_view)
