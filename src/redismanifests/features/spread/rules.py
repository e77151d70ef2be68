"""Spread rules: settings that do not work together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, rule
from redismanifests.core.findings import Severity
from redismanifests.features.spread.settings import NODE, ZONE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile.model import Profile


@rule("RM240", Severity.ERROR)
def one_place_for_pods_apart(profile: Profile) -> Iterator[Fault]:
    """The node selector leaves one node, or one zone, to pods that must not share it: all but one stay Pending.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    pods:
      nodeSelector: {kubernetes.io/hostname: node-1}
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    pods:
      nodeSelector: {node-role.example.com/data: "true"}
    ```
    Source: https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/ (inter-pod affinity).
    """
    for key, value in profile.pods.node_selector.items():
        if key in profile.spread.hard:
            pods = max(profile.redis.replicas, profile.sentinel.replicas)
            yield Fault(
                path=("pods", "nodeSelector", key),
                fact=f"only {key}={value} is left, and spread.hard keeps the {pods} pods of a workload apart by {key}",
                fix=f"select nodes by another label, or take {key} out of spread.hard",
            )


@rule("RM063", Severity.ERROR)
def more_pods_than_places(profile: Profile) -> Iterator[Fault]:
    """There are fewer nodes, or zones, than pods that must not share one: some stay Pending forever.

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
    """With two zones, one of them has the majority of the Sentinels: when it fails, no master is elected.

    No number of Sentinels fixes that; a third zone does, even a small one.

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
            fact=f"one of two zones has at least {-(-count // 2)} of {count} Sentinels: without it, no failover",
            fix="let nodes of a third zone take one Sentinel",
        )
