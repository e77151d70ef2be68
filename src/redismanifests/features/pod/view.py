"""Pod view: facts for the templates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Feature
from redismanifests.core.named import NamedTuple
from redismanifests.profile.derived import owned
from redismanifests.profile.derived.platform import assigns_ids

if TYPE_CHECKING:
    from redismanifests.features.pod.settings import Toleration
    from redismanifests.profile.model import Profile


class Pair(NamedTuple):
    """A key and its value."""

    key: str
    value: str | int


class TolerationView(NamedTuple):
    """One toleration: the operator is always there, so it opens the list item in the template."""

    operator: str
    fields: tuple[Pair, ...]


class PodsView(NamedTuple):
    """Facts for the templates."""

    labels: tuple[Pair, ...]
    annotations: tuple[Pair, ...]
    node_selector: tuple[Pair, ...]
    tolerations: tuple[TolerationView, ...]
    priority_class_name: str | None
    image_pull_secrets: tuple[str, ...]
    image_pull_policy: str
    fixed_ids: bool
    """Whether users and groups are written; else the platform assigns them."""


def _view(profile: Profile) -> PodsView:
    pods = profile.pods
    return PodsView(
        # Our keys are in the template already: a second time would be invalid YAML (RM060, RM061).
        labels=_pairs({key: value for key, value in pods.labels.items() if not owned.is_label(key)}),
        annotations=_pairs({k: v for k, v in pods.annotations.items() if k not in owned.annotation_keys()}),
        node_selector=_pairs(pods.node_selector),
        tolerations=tuple(_toleration(t) for t in pods.tolerations),
        priority_class_name=pods.priority_class_name,
        image_pull_secrets=pods.image_pull_secrets,
        image_pull_policy=pods.image_pull_policy,
        fixed_ids=not assigns_ids(profile),
    )


def _pairs(mapping: dict[str, str]) -> tuple[Pair, ...]:
    return tuple(Pair(key, mapping[key]) for key in sorted(mapping))


def _toleration(toleration: Toleration) -> TolerationView:
    written = toleration.plain(without_none=True)
    keys = ("key", "value", "effect", "tolerationSeconds")
    return TolerationView(
        toleration.operator,
        tuple(Pair(key, value) for key in keys if isinstance(value := written.get(key), (str, int))),
    )


FEATURE = Feature("pods", view=_view)
