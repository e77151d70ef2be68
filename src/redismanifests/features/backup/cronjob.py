"""Cron job: the objects of a backup, and the facts of their templates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from redismanifests.core.feature import ObjectTemplate
from redismanifests.profile.derived import credentials
from redismanifests.profile.derived.backup import job
from redismanifests.profile.derived.backup.view import (
    CronJobTemplates,
    JobView,
    Pair,
    StoreView,
    container_view,
    cron_job,
    job_view,
    pairs,
    store_view,
)
from redismanifests.profile.formulas.format import VERSIONS, readers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from redismanifests.features.backup.settings import Backup
    from redismanifests.profile.model import Profile

SCRIPTS = ("dump.sh", "store.sh", "upload.sh")
BACKOFF_LIMIT = 2
"""Three tries: a failover in the middle of a dump is over by the second."""


@dataclass(frozen=True, kw_only=True)
class BackupView(StoreView, JobView):
    """Facts of the CronJob, its account and the settings of its scripts."""

    upload_image: str
    login: str
    annotations: tuple[Pair, ...]
    keep_count: int
    keep_age_seconds: int
    keep_least: int
    digest: str
    readers: str
    """``VERSION=LINE,LINE ...``: which lines of engines load a dump, by the version of its format."""


def _backup_view(profile: Profile, backup: Backup) -> BackupView:
    keep = backup.keep
    return BackupView(
        **vars(job_view(backup, job.name(profile), backup.schedule, backoff_limit=BACKOFF_LIMIT)),
        **vars(store_view(backup, profile.namespace, profile.name)),
        upload_image=str(backup.upload.image),
        login=credentials.logins(profile).backup,
        annotations=pairs(backup.store.identity.annotations),
        keep_count=keep.count or 0,
        keep_age_seconds=keep.age.whole_seconds if keep.age else 0,
        keep_least=keep.least,
        digest=job.digest(profile),
        readers=" ".join(f"{each}={','.join(readers(each))}" for each in VERSIONS),
    )


def _facts(profile: Profile, backup: Backup) -> dict[str, object]:
    dump, upload = backup.dump.resources, backup.upload.resources
    return {
        "workload": job.backup_workload(profile),
        "backup": _backup_view(profile, backup),
        "dump": (container_view(profile, dump.requests, dump.limits),),
        "upload": (container_view(profile, upload.requests, upload.limits),),
    }


def templates(profile: Profile, backup: Backup) -> CronJobTemplates:
    """The CronJob, and its ConfigMap."""
    texts = {
        "settings.sh": "backup/settings.sh.j2",
        "lib.sh": "startup/lib.sh",
        **{script: f"backup/{script}" for script in SCRIPTS},
        **({"logins.sh": "auth/logins.sh"} if credentials.enabled(profile) else {}),
    }
    facts = _facts(profile, backup)
    return cron_job(job.name(profile), "backup/cronjob.yaml.j2", texts, facts, component="backup")


def account(profile: Profile, facts: Mapping[str, object]) -> ObjectTemplate:
    """The ServiceAccount of its pods, by the facts of the CronJob."""
    return ObjectTemplate(f"{job.name(profile)}-serviceaccount.yaml", "backup/serviceaccount.yaml.j2", facts)
