"""Backup view: facts for the templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from redismanifests.core.feature import ConfigTemplate, Feature, ObjectTemplate
from redismanifests.core.values.resources import ResourcesView, resources_view
from redismanifests.profile.derived import credentials
from redismanifests.profile.derived.backup import job, store
from redismanifests.profile.formulas.format import VERSIONS, readers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from redismanifests.features.backup.settings import Backup
    from redismanifests.profile.model import Profile

SCRIPTS = ("dump.sh", "store.sh", "upload.sh")
STARTING_DEADLINE_SECONDS = 600
"""A run that could not start in time is made up for within ten minutes; without it, 100 missed runs stop a CronJob
forever (Kubernetes docs, CronJob)."""
BACKOFF_LIMIT = 2
"""Three tries: a failover in the middle of a dump is over by the second."""
HISTORY = 3
"""Jobs that are kept to look at, of those that went well and of those that did not."""


class Pair(NamedTuple):
    """A key and its value."""

    key: str
    value: str


class ContainerView(NamedTuple):
    """A container, as the template of resources reads it."""

    resources: ResourcesView
    user: int
    group: int


class BackupView(NamedTuple):
    """Facts of the CronJob, its account and the settings of its scripts."""

    config: str
    schedule: str
    time_zone: str
    starting_deadline_seconds: int
    timeout_seconds: int
    backoff_limit: int
    history: int
    size_limit: str
    upload_image: str
    variables: tuple[store.Variable, ...]
    secrets: tuple[store.SecretVariable, ...]
    files: tuple[str, ...]
    file_secret: str
    file_folder: str
    claim: str
    claim_folder: str
    login: str
    annotations: tuple[Pair, ...]
    pod_labels: tuple[Pair, ...]
    keep_count: int
    keep_age_seconds: int
    keep_least: int
    digest: str
    readers: str
    """``VERSION=LINE,LINE ...``: which lines of engines load a dump, by the version of its format."""


def _backup_view(profile: Profile, backup: Backup) -> BackupView:
    keep = backup.keep
    return BackupView(
        config=f"{job.name(profile)}-config",
        schedule=str(backup.schedule),
        time_zone=backup.time_zone,
        starting_deadline_seconds=STARTING_DEADLINE_SECONDS,
        timeout_seconds=backup.timeout.whole_seconds,
        backoff_limit=BACKOFF_LIMIT,
        history=HISTORY,
        size_limit=str(backup.size_limit),
        upload_image=str(backup.upload.image),
        variables=store.variables(backup, profile.namespace, profile.name),
        secrets=store.secret_variables(backup),
        files=store.secret_files(backup.store),
        file_secret=backup.store.secret_name or "",
        file_folder=store.STORE_FOLDER,
        claim=(backup.store.claim or "") if backup.store.kind == "claim" else "",
        claim_folder=store.CLAIM_FOLDER,
        login=credentials.logins(profile).backup,
        annotations=_pairs(backup.store.identity.annotations),
        pod_labels=_pairs(backup.store.identity.pod_labels),
        keep_count=keep.count or 0,
        keep_age_seconds=keep.age.whole_seconds if keep.age else 0,
        keep_least=keep.least,
        digest=job.digest(profile),
        readers=" ".join(f"{each}={','.join(readers(each))}" for each in VERSIONS),
    )


def _facts(profile: Profile, backup: Backup) -> dict[str, object]:
    redis = profile.redis
    dump, upload = backup.dump.resources, backup.upload.resources
    return {
        "workload": job.backup_workload(profile),
        "backup": _backup_view(profile, backup),
        "dump": (ContainerView(resources_view(dump.requests, dump.limits), redis.user, redis.group),),
        "upload": (ContainerView(resources_view(upload.requests, upload.limits), redis.user, redis.group),),
    }


def _configs(profile: Profile) -> Iterator[ConfigTemplate]:
    if profile.backup is None:
        return
    name = job.name(profile)
    texts = {
        "settings.sh": "backup/settings.sh.j2",
        "lib.sh": "startup/lib.sh",
        **{script: f"backup/{script}" for script in SCRIPTS},
        **({"logins.sh": "auth/logins.sh"} if credentials.enabled(profile) else {}),
    }
    yield ConfigTemplate(
        component="backup",
        name=f"{name}-config",
        file=f"{name}-configmap.yaml",
        template="startup/configmap.yaml.j2",
        texts=texts,
        facts=_facts(profile, profile.backup),
    )


def _objects(profile: Profile) -> Iterator[ObjectTemplate]:
    if profile.backup is None:
        return
    facts = _facts(profile, profile.backup)
    name = job.name(profile)
    yield ObjectTemplate(f"{name}-serviceaccount.yaml", "backup/serviceaccount.yaml.j2", facts)
    yield ObjectTemplate(f"{name}-cronjob.yaml", "backup/cronjob.yaml.j2", facts)


def _pairs(mapping: Mapping[str, str]) -> tuple[Pair, ...]:
    return tuple(Pair(key, mapping[key]) for key in sorted(mapping))


FEATURE = Feature("backup", objects=_objects, configs=_configs)
