"""Storage view: facts for the templates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Feature
from redismanifests.core.named import NamedTuple

if TYPE_CHECKING:
    from redismanifests.profile.model import Profile

OMITS_NULL_MINOR = 34
"""From Kubernetes 1.34 on the API server stores no ``creationTimestamp: null`` in templates.

Source: ObjectMeta in apimachinery's pkg/apis/meta/v1/types.go, ``omitzero`` since v0.34.0."""


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
