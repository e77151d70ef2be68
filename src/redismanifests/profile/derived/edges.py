"""Edges: who opens connections to whom, on which port, and what for.

The one table that network policies are derived from, their test asks for every pair, and the documentation draws.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from redismanifests.core.named import NamedTuple
from redismanifests.profile.derived.backup.segments import segments_of
from redismanifests.profile.derived.members import redis_workload, sentinel_workload

if TYPE_CHECKING:
    from redismanifests.features.backup.settings import StoreNetwork
    from redismanifests.features.migration.settings import MasterNetwork
    from redismanifests.profile.derived.members import Component
    from redismanifests.profile.model import Profile

Party = Literal[
    "redis", "sentinel", "backup", "clients", "metrics", "dns", "store", "archive", "origin", "former"
]
"""Both workloads, the backup's pods, the applications, what scrapes the exporters, the cluster's DNS, the store that
backups are written to, the same of segments, the one that a restore reads, and the master that a move follows."""
Protocol = Literal["TCP", "UDP"]
PortName = Literal[
    "redis",
    "redis-plain",
    "sentinel",
    "sentinel-plain",
    "metrics",
    "dns",
    "store",
    "archive",
    "origin",
    "former",
]

DNS_PORT = 53


class Edge(NamedTuple):
    """``source`` opens connections to ``port`` of ``target``."""

    source: Party
    target: Party
    port: PortName
    why: str


EDGES = (
    Edge("redis", "redis", "redis", "replication; a start or a hand-over asks the others"),
    Edge("sentinel", "redis", "redis", "pings, INFO, failovers"),
    Edge("clients", "redis", "redis", "reads and writes"),
    Edge("clients", "redis", "redis-plain", "reads and writes without TLS, where that is left open"),
    Edge("redis", "sentinel", "sentinel", "a start or a hand-over asks who is master"),
    Edge("sentinel", "sentinel", "sentinel", "votes"),
    Edge("clients", "sentinel", "sentinel", "who is master, and news of a change"),
    Edge("clients", "sentinel", "sentinel-plain", "the same without TLS, where that is left open"),
    Edge("metrics", "redis", "metrics", "scrapes of the exporter"),
    Edge("metrics", "sentinel", "metrics", "scrapes of the exporter"),
    Edge("redis", "dns", "dns", "names of the members"),
    Edge("sentinel", "dns", "dns", "names of the members"),
    Edge("backup", "redis", "redis", "the dump of a replica"),
    Edge("backup", "sentinel", "sentinel", "who is master"),
    Edge("backup", "dns", "dns", "names of the members and of the store"),
    Edge("backup", "store", "store", "uploads, and what was uploaded is read back"),
    Edge("redis", "archive", "archive", "segments of the append-only file"),
    Edge("redis", "origin", "origin", "the backup that a new deployment starts with"),
    Edge("redis", "former", "former", "replication from the old master, until the cut"),
)
"""Kubelet's probes are not in it: a node may always reach its own pods (Kubernetes docs, Network Policies)."""


def ports(profile: Profile, target: Party, name: PortName) -> tuple[tuple[Protocol, int], ...]:
    """The numbers behind a port of a party, none where it does not listen.

    DNS answers over TCP what does not fit into a datagram, so both are needed (RFC 7766).
    """
    if name == "dns":
        return (("UDP", DNS_PORT), ("TCP", DNS_PORT))
    elsewhere = _elsewhere(profile, name)
    if elsewhere is not None:
        return tuple(("TCP", port) for port in elsewhere)
    if name == "metrics":
        exporter = profile.exporters.redis if target == "redis" else profile.exporters.sentinel
        return (("TCP", exporter.port),) if exporter.enabled else ()
    workload = redis_workload(profile) if target == "redis" else sentinel_workload(profile)
    if name == workload.plain_name:
        return (("TCP", workload.plain_port),) if workload.plain_port else ()
    return (("TCP", workload.port),)


def _elsewhere(profile: Profile, name: PortName) -> tuple[int, ...] | None:
    """The ports of what is no part of this deployment; None for a port of a part."""
    if name == "former":
        return (profile.migration.source.port,) if profile.migration else ()
    if name == "origin":
        return profile.restore.network.ports if profile.restore else ()
    if name == "archive" and segments_of(profile) is None:
        return ()
    if name in ("store", "archive"):
        return profile.backup.network.ports if profile.backup else ()
    return None


def opens_nothing(network: StoreNetwork | MasterNetwork) -> bool:
    """Whether a section that names what lies outside names no one."""
    return not (network.cidrs or network.pod_labels or network.namespace_labels)


def edges_into(component: Component | Literal["backup"]) -> tuple[Edge, ...]:
    """Who reaches a workload."""
    return tuple(edge for edge in EDGES if edge.target == component)


def edges_out_of(component: Component | Literal["backup"]) -> tuple[Edge, ...]:
    """Whom a workload reaches."""
    return tuple(edge for edge in EDGES if edge.source == component)
