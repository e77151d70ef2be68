"""Storage: what all claims share: their class, and what becomes of them.

What must not come in: sizes (they belong to the workload).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from redismanifests.core.feature import Feature
from redismanifests.core.names import ObjectName
from redismanifests.core.setting import Section, section, setting

if TYPE_CHECKING:
    from redismanifests.profile import Profile

Retention = Literal["Retain", "Delete"]

OMITS_NULL_MINOR = 34
"""From Kubernetes 1.34 on the API server stores no ``creationTimestamp: null`` in templates.

Source: ObjectMeta in apimachinery's pkg/apis/meta/v1/types.go, ``omitzero`` since v0.34.0."""


class ClaimRetention(Section):
    """What becomes of a claim when its pod is gone for good."""

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


class StorageView(NamedTuple):
    """Facts for the templates."""

    null_creation_timestamp: bool
    when_deleted: str
    when_scaled: str


def _view(profile: Profile) -> StorageView:
    retention = profile.storage.claim_retention
    return StorageView(
        null_creation_timestamp=int(profile.kubernetes_version.partition(".")[2]) < OMITS_NULL_MINOR,
        when_deleted=retention.when_deleted,
        when_scaled=retention.when_scaled,
    )


FEATURE = Feature("storage", view=_view)
