"""Backup view: the objects of a backup, where there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Feature

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.core.feature import ConfigTemplate, ObjectTemplate
    from redismanifests.profile.model import Profile


def _configs(profile: Profile) -> Iterator[ConfigTemplate]:
    if profile.backup is not None:
        # Only who backs up pays for it.
        from redismanifests.features.backup import cronjob  # noqa: PLC0415

        yield cronjob.templates(profile, profile.backup).config


def _objects(profile: Profile) -> Iterator[ObjectTemplate]:
    if profile.backup is not None:
        from redismanifests.features.backup import cronjob  # noqa: PLC0415 (as above)

        job = cronjob.templates(profile, profile.backup).job
        yield cronjob.account(profile, job.facts)
        yield job


FEATURE = Feature("backup", objects=_objects, configs=_configs)
