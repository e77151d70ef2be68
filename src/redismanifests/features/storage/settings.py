"""Storage: settings of all claims: their class, and when they are deleted."""

from __future__ import annotations

from typing import Literal

from redismanifests.core.setting import Section, section, setting
from redismanifests.core.values.names import ObjectName

Retention = Literal["Retain", "Delete"]


class ClaimRetention(Section):
    """Whether a claim is kept or deleted when its pod is removed permanently."""

    when_deleted: Retention = setting(
        "Retain", "When the StatefulSet is deleted.", why="deleting a manifest must not delete data"
    )
    when_scaled: Retention = setting("Retain", "When the StatefulSet is scaled down.", why="as above")


class Storage(Section):
    """Claims of all workloads."""

    storage_class_name: ObjectName | None = setting(
        None, "StorageClass of the claims; none means the cluster's default class. Immutable once applied."
    )
    claim_retention: ClaimRetention = section(ClaimRetention, "persistentVolumeClaimRetentionPolicy.")
