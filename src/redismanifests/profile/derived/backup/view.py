"""View: what the templates of backups, restores and drills read alike: a store, a CronJob, a container."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from redismanifests.core.feature import ConfigTemplate, ObjectTemplate
from redismanifests.core.named import NamedTuple
from redismanifests.core.values.resources import ResourcesView, resources_view
from redismanifests.profile.derived.backup import store as derived

if TYPE_CHECKING:
    from collections.abc import Mapping

    from redismanifests.core.values.cron import Cron
    from redismanifests.core.values.resources import Amounts
    from redismanifests.features.backup.settings import Backup
    from redismanifests.features.restore.settings import From
    from redismanifests.profile.model import Profile

STARTING_DEADLINE_SECONDS = 600
"""A run that could not start in time is made up for within ten minutes; without it, 100 missed runs stop a CronJob
forever (Kubernetes docs, CronJob)."""
HISTORY = 3
"""Jobs that are kept to look at, of those that went well and of those that did not."""


class Pair(NamedTuple):
    """A key and its value."""

    key: str
    value: str


class ContainerView(NamedTuple):
    """A container, as the templates of resources and of ids read it."""

    resources: ResourcesView
    user: int
    group: int


@dataclass(frozen=True, kw_only=True)
class StoreView:
    """What a container with rclone gets."""

    variables: tuple[derived.Variable, ...]
    secrets: tuple[derived.SecretVariable, ...]
    files: tuple[str, ...]
    file_secret: str
    file_folder: str
    claim: str
    claim_folder: str


@dataclass(frozen=True, kw_only=True)
class JobView:
    """A CronJob that uses the store of a backup."""

    name: str
    config: str
    schedule: str
    time_zone: str
    starting_deadline_seconds: int
    timeout_seconds: int
    backoff_limit: int
    history: int
    size_limit: str
    pod_labels: tuple[Pair, ...]
    """By which a cloud knows the pod."""


def store_view(
    place: Backup | From, namespace: str, deployment: str, *, secret_name: str | None = None
) -> StoreView:
    """The store of the backups of a deployment; ``secret_name``: keys in place of those of the store."""
    store = place.store
    return StoreView(
        variables=derived.variables(place, namespace, deployment, keys=secret_name is not None),
        secrets=derived.secret_variables(place, secret_name),
        files=derived.secret_files(store),
        file_secret=secret_name or store.secret_name or "",
        file_folder=derived.STORE_FOLDER,
        claim=(store.claim or "") if store.kind == "claim" else "",
        claim_folder=derived.CLAIM_FOLDER,
    )


def job_view(backup: Backup, name: str, schedule: Cron, *, backoff_limit: int) -> JobView:
    """A CronJob beside a backup; ``backoff_limit``: how many tries come after the first."""
    return JobView(
        name=name,
        config=f"{name}-config",
        schedule=str(schedule),
        time_zone=backup.time_zone,
        starting_deadline_seconds=STARTING_DEADLINE_SECONDS,
        timeout_seconds=backup.timeout.whole_seconds,
        backoff_limit=backoff_limit,
        history=HISTORY,
        size_limit=str(backup.size_limit),
        pod_labels=pairs(backup.store.identity.pod_labels),
    )


class CronJobTemplates(NamedTuple):
    """What a CronJob is rendered from: its ConfigMap with scripts, and itself."""

    config: ConfigTemplate
    job: ObjectTemplate


def cron_job(
    name: str, template: str, texts: Mapping[str, str], facts: Mapping[str, object], *, component: str
) -> CronJobTemplates:
    """A CronJob of that name, which reads ``texts`` (file -> template) from a ConfigMap of its own."""
    config = ConfigTemplate(
        component=component,
        name=f"{name}-config",
        file=f"{name}-configmap.yaml",
        template="startup/configmap.yaml.j2",
        texts=texts,
        facts=facts,
    )
    return CronJobTemplates(config, ObjectTemplate(f"{name}-cronjob.yaml", template, facts))


def container_view(profile: Profile, requests: Amounts, limits: Amounts) -> ContainerView:
    """A container that has the user and the group of Redis."""
    return ContainerView(resources_view(requests, limits), profile.redis.user, profile.redis.group)


def pairs(mapping: Mapping[str, str]) -> tuple[Pair, ...]:
    """By key."""
    return tuple(Pair(key, mapping[key]) for key in sorted(mapping))
