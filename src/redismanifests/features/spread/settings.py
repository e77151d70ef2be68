"""Spread: which pods of a workload may share a node, a zone, a rack."""

from __future__ import annotations

from typing import Annotated

from redismanifests.core.setting import Section, setting
from redismanifests.core.values.bounded import Whole, distinct
from redismanifests.core.values.mark import AfterValidator
from redismanifests.core.values.names import TopologyKey

NODE = "kubernetes.io/hostname"
ZONE = "topology.kubernetes.io/zone"


class Spread(Section):
    """Anti-affinity among the pods of one workload, by topology keys."""

    hard: Annotated[tuple[TopologyKey, ...], AfterValidator(distinct)] = setting(
        (NODE,),
        "Topology keys of which no two pods of a workload share a value; a pod that finds no place stays Pending.",
        why="two of three Sentinels on one node die together, and then no one can elect a master",
        source="Redis docs, high availability with Sentinel: place Sentinels where they fail independently",
    )
    soft: Annotated[tuple[TopologyKey, ...], AfterValidator(distinct)] = setting(
        (ZONE,),
        "Topology keys over which pods are spread as well as possible.",
        why="costs nothing where there is one zone",
    )
    nodes: Whole | None = setting(
        None,
        "Number of nodes that the pods may run on, if known: rules then report pods that do not fit.",
        ge=1,
        le=100_000,
    )
    zones: Whole | None = setting(
        None, "Number of zones that these nodes are in, if known.", ge=1, le=100_000
    )
