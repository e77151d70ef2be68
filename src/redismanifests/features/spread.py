"""Spread: which pods of a workload may share a node, a zone, a rack.

What must not come in: node selectors and tolerations (features/pod.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from redismanifests.core.bounded import Whole
from redismanifests.core.feature import Fault, Feature, rule
from redismanifests.core.findings import Severity
from redismanifests.core.names import TopologyKey
from redismanifests.core.setting import Section, setting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile import Profile

NODE = "kubernetes.io/hostname"
ZONE = "topology.kubernetes.io/zone"


class Spread(Section):
    """Anti-affinity among the pods of one workload, by topology keys."""

    hard: tuple[TopologyKey, ...] = setting(
        (NODE,),
        "Topology keys of which no two pods of a workload share a value; a pod that finds no place stays Pending.",
        why="two of three Sentinels on one node die together, and then nobody can elect a master",
        source="Redis docs, high availability with Sentinel: place Sentinels where they fail independently",
    )
    soft: tuple[TopologyKey, ...] = setting(
        (ZONE,),
        "Topology keys over which pods are spread as well as possible.",
        why="costs nothing where there is one zone",
    )
    nodes: Whole | None = setting(
        None,
        "Nodes that the pods may run on, where that is known: rules then say what they cannot hold.",
        ge=1,
    )
    zones: Whole | None = setting(None, "Zones that these nodes are in, where that is known.", ge=1)


class SpreadView(NamedTuple):
    """Facts for the templates."""

    hard: tuple[str, ...]
    soft: tuple[str, ...]
    any: bool


def _view(profile: Profile) -> SpreadView:
    spread = profile.spread
    return SpreadView(spread.hard, spread.soft, bool(spread.hard or spread.soft))


@rule("RM063", Severity.ERROR)
def more_pods_than_places(profile: Profile) -> Iterator[Fault]:
    """There are fewer nodes, or zones, than pods that must not share one: some stay Pending for ever.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    spread:
      nodes: 2
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    spread:
      nodes: 3
    ```
    Source: https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/ (inter-pod affinity).
    """
    spread = profile.spread
    for key, places, what in ((NODE, spread.nodes, "nodes"), (ZONE, spread.zones, "zones")):
        for name, pods in (("Redis", profile.redis.replicas), ("Sentinels", profile.sentinel.replicas)):
            if places is not None and key in spread.hard and pods > places:
                yield Fault(
                    path=("spread", what),
                    fact=f"{pods} {name} must be on as many {what}, and there are {places}",
                    fix=f"move {key} from hard to soft, or run fewer pods",
                )


@rule("RM064", Severity.WARNING)
def pods_may_share_a_node(profile: Profile) -> Iterator[Fault]:
    """Nothing keeps the pods of a workload apart: the scheduler may put all of them on one node.

    When it dies, the master dies together with the replicas, or with the Sentinels that would have replaced it.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    spread:
      hard: []
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    spread:
      hard: []
      soft: [kubernetes.io/hostname]
    ```
    Source: https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/ (fundamental things to know).
    """
    spread = profile.spread
    if NODE not in spread.hard and NODE not in spread.soft and ZONE not in spread.hard:
        yield Fault(
            path=("spread", "hard"),
            fact=f"all {profile.sentinel.replicas} Sentinels may be on one node, and die with it",
            fix=f"add {NODE} to hard, or to soft where there are too few nodes",
        )


@rule("RM065", Severity.WARNING)
def majority_in_one_zone(profile: Profile) -> Iterator[Fault]:
    """With two zones, one of them holds the majority of the Sentinels: when it goes, nobody is elected.

    No number of Sentinels mends that; a third place does, be it small.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    spread:
      zones: 2
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    spread:
      zones: 3
    ```
    Source: https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/ (example deployments).
    """
    if profile.spread.zones == 2:
        count = profile.sentinel.replicas
        yield Fault(
            path=("spread", "zones"),
            fact=f"one of two zones holds at least {-(-count // 2)} of {count} Sentinels: without it, no failover",
            fix="let nodes of a third zone take one Sentinel",
        )


FEATURE = Feature(
    "spread", view=_view, rules=(more_pods_than_places, pods_may_share_a_node, majority_in_one_zone)
)
