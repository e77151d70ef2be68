"""Restore view: facts for the init containers of the Redis pods and for their scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from redismanifests.core.feature import ConfigTemplate, Feature, ObjectTemplate
from redismanifests.core.values.resources import ResourcesView, resources_view
from redismanifests.profile.derived import credentials
from redismanifests.profile.derived.backup import job
from redismanifests.profile.derived.backup import restore as restored
from redismanifests.profile.derived.backup import store as derived
from redismanifests.profile.formulas.format import lines, refused_versions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.features.backup.settings import Backup, Drill, UploadResources
    from redismanifests.features.redis.settings import Resources
    from redismanifests.features.restore.settings import From, Restore
    from redismanifests.profile.model import Profile

SCRATCH = "/restore"
"""Where both init containers see the fetched dump."""
STARTING_DEADLINE_SECONDS = 600
"""A drill that could not start in time is made up for within ten minutes."""
BACKOFF_LIMIT = 1
"""Two tries: a store that was away is back by the second."""
HISTORY = 3
"""Jobs that are kept to look at."""


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
    """A container, as the templates of resources and of ids read it."""

    resources: ResourcesView
    user: int
    group: int


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
    source, redis = restore.source, profile.redis
    return SourceView(
        id=source.id,
        scratch=SCRATCH,
        stores=(_store(source, source.namespace, source.name),),
        fetch_image=str(restore.fetch.image),
        fetch=(_container(profile, restore.fetch.resources),),
        size_limit=str(restore.size_limit),
        maxmemory=redis.maxmemory.bytes,
        evicts="no" if redis.maxmemory_policy == "noeviction" else "yes",
        refused_versions=" ".join(map(str, refused_versions(lines(profile.engine, redis.image)))),
    )


def _store(place: Backup | From, namespace: str, name: str) -> StoreView:
    store = place.store
    return StoreView(
        variables=derived.variables(place, namespace, name),
        secrets=derived.secret_variables(place),
        files=derived.secret_files(store),
        file_secret=store.secret_name or "",
        file_folder=derived.STORE_FOLDER,
        claim=(store.claim or "") if store.kind == "claim" else "",
        claim_folder=derived.CLAIM_FOLDER,
    )


def _container(profile: Profile, resources: UploadResources | Resources) -> ContainerView:
    redis = profile.redis
    return ContainerView(resources_view(resources.requests, resources.limits), redis.user, redis.group)


class LabelView(NamedTuple):
    """A label of the pod, by which a cloud knows it."""

    key: str
    value: str


class DrillView(NamedTuple):
    """Facts of the CronJob of a restore drill."""

    name: str
    config: str
    schedule: str
    time_zone: str
    starting_deadline_seconds: int
    timeout_seconds: int
    backoff_limit: int
    history: int
    size_limit: str
    fetch_image: str
    fetch: tuple[ContainerView, ...]
    pod_labels: tuple[LabelView, ...]


def _drill_facts(profile: Profile, backup: Backup, drill: Drill) -> dict[str, object]:
    view = DrillView(
        name=restored.drill_name(profile),
        config=f"{restored.drill_name(profile)}-config",
        schedule=str(drill.schedule),
        time_zone=backup.time_zone,
        starting_deadline_seconds=STARTING_DEADLINE_SECONDS,
        timeout_seconds=backup.timeout.whole_seconds,
        backoff_limit=BACKOFF_LIMIT,
        history=HISTORY,
        size_limit=str(backup.size_limit),
        fetch_image=str(backup.upload.image),
        fetch=(_container(profile, backup.upload.resources),),
        pod_labels=tuple(LabelView(*each) for each in sorted(backup.store.identity.pod_labels.items())),
    )
    return {
        "workload": job.backup_workload(profile),
        "drill": view,
        # Loads what a Redis pod holds.
        "container": _container(profile, profile.redis.resources),
        "backup": _store(backup, profile.namespace, profile.name),
    }


def _configs(profile: Profile) -> Iterator[ConfigTemplate]:
    backup = profile.backup
    if backup is None or backup.drill is None:
        return
    name = restored.drill_name(profile)
    yield ConfigTemplate(
        component="drill",
        name=f"{name}-config",
        file=f"{name}-configmap.yaml",
        template="startup/configmap.yaml.j2",
        texts=restored.DRILL_SCRIPTS,
        facts=_drill_facts(profile, backup, backup.drill),
    )


def _objects(profile: Profile) -> Iterator[ObjectTemplate]:
    backup = profile.backup
    if backup is None or backup.drill is None:
        return
    facts = _drill_facts(profile, backup, backup.drill)
    yield ObjectTemplate(
        f"{restored.drill_name(profile)}-cronjob.yaml", "restore/drill-cronjob.yaml.j2", facts
    )


FEATURE = Feature("restore", view=_view, objects=_objects, configs=_configs)
