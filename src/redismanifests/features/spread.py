"""Spread: which pods of a workload may share a node, a zone, a rack.

What must not come in: node selectors and tolerations (features/pod.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from redismanifests.core.feature import Feature
from redismanifests.core.names import TopologyKey
from redismanifests.core.setting import Section, setting

if TYPE_CHECKING:
    from redismanifests.profile import Profile


class Spread(Section):
    """Anti-affinity among the pods of one workload, by topology keys."""

    hard: tuple[TopologyKey, ...] = setting(
        ("kubernetes.io/hostname",),
        "Topology keys of which no two pods of a workload share a value; a pod that finds no place stays Pending.",
        why="two of three Sentinels on one node die together, and then nobody can elect a master",
        source="Redis docs, high availability with Sentinel: place Sentinels where they fail independently",
    )
    soft: tuple[TopologyKey, ...] = setting(
        ("topology.kubernetes.io/zone",),
        "Topology keys over which pods are spread as well as possible.",
        why="costs nothing where there is one zone",
    )


class SpreadView(NamedTuple):
    """Facts for the templates."""

    hard: tuple[str, ...]
    soft: tuple[str, ...]
    any: bool


def _view(profile: Profile) -> SpreadView:
    spread = profile.spread
    return SpreadView(spread.hard, spread.soft, bool(spread.hard or spread.soft))


FEATURE = Feature("spread", view=_view)
