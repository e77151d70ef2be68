"""Startup: the scripts that start, hand over and probe, and the two ConfigMaps that contain them with the
configuration.

The scripts are files of their own (templates/startup/*.sh), embedded byte for byte; the profile reaches them only
through settings.sh, which they source, so that no environment variable can overwrite a setting. Redis gets nothing of
Sentinel's tuning: a changed failover-timeout must not roll the data pods.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import ConfigTemplate, Feature
from redismanifests.core.named import NamedTuple
from redismanifests.profile.derived import credentials
from redismanifests.profile.derived.backup import migration, restore, segments
from redismanifests.profile.derived.members import Workload, redis_workload, sentinel_id, sentinel_workload
from redismanifests.profile.derived.persistence import Persistence, persistence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile.model import Profile

REDIS_SCRIPTS = (
    "lib.sh",
    "redis-decide.sh",
    "redis-volume.sh",
    "redis-start.sh",
    "redis-fence-act.sh",
    "redis-fence-decide.sh",
    "redis-fence.sh",
    "redis-alive.sh",
    "redis-ready.sh",
    "redis-handover.sh",
)
SENTINEL_SCRIPTS = (
    "lib.sh",
    "sentinel-decide.sh",
    "sentinel-start.sh",
    "sentinel-alive.sh",
    "sentinel-links.sh",
    "sentinel-past.sh",
    "sentinel-ready.sh",
    "sentinel-leave.sh",
)


class StartupView(NamedTuple):
    """Settings of the scripts: lists are words separated by blanks, in the order of the ordinals."""

    redis: Workload
    sentinel: Workload
    redis_pods: str
    redis_hosts: str
    sentinel_pods: str
    sentinel_hosts: str
    sentinel_ids: str
    persistence: Persistence


def _view(profile: Profile) -> StartupView:
    redis, sentinel = redis_workload(profile), sentinel_workload(profile)
    return StartupView(
        redis=redis,
        sentinel=sentinel,
        redis_pods=" ".join(redis.pods),
        redis_hosts=" ".join(redis.hosts),
        sentinel_pods=" ".join(sentinel.pods),
        sentinel_hosts=" ".join(sentinel.hosts),
        sentinel_ids=" ".join(sentinel_id(sentinel, pod) for pod in sentinel.pods),
        persistence=persistence(profile),
    )


def _configs(profile: Profile) -> Iterator[ConfigTemplate]:
    redis = {"redis.conf": "redis/redis.conf.j2", **_files(REDIS_SCRIPTS)}
    sentinel = {"sentinel.conf": "sentinel/sentinel.conf.j2", **_files(SENTINEL_SCRIPTS)}
    further = credentials.scripts(profile)
    moving = migration.redis_scripts(profile)
    stored = {**restore.scripts(profile), **segments.scripts(profile)}
    yield _config(redis_workload(profile), {**redis, **further, **stored, **moving})
    yield _config(sentinel_workload(profile), {**sentinel, **further, **migration.sentinel_scripts(profile)})


def _files(scripts: tuple[str, ...]) -> dict[str, str]:
    return {script: f"startup/{script}" for script in scripts}


def _config(workload: Workload, files: dict[str, str]) -> ConfigTemplate:
    texts = {"settings.sh": f"startup/{workload.component}-settings.sh.j2", **files}
    return ConfigTemplate(
        component=workload.component,
        name=workload.config,
        file=f"{workload.name}-configmap.yaml",
        template="startup/configmap.yaml.j2",
        texts=texts,
        facts={"workload": workload},
    )


FEATURE = Feature("startup", view=_view, configs=_configs)
