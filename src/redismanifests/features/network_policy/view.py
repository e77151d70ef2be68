"""Network policy view: facts for the templates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Feature, ObjectTemplate
from redismanifests.core.named import NamedTuple
from redismanifests.profile.derived.backup.job import BackupWorkload, backup_workload
from redismanifests.profile.derived.edges import Edge, Party, edges_into, edges_out_of, ports
from redismanifests.profile.derived.members import Workload, redis_workload, sentinel_workload

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from redismanifests.features.backup.settings import StoreNetwork
    from redismanifests.features.migration.settings import MasterNetwork
    from redismanifests.profile.model import Profile


class PortView(NamedTuple):
    """One port of a rule."""

    protocol: str
    port: int


class LabelView(NamedTuple):
    """One label of a selector."""

    key: str
    value: str


class PeerView(NamedTuple):
    """A range of addresses, or pods; without a namespace selector, pods of the own namespace."""

    cidr: str | None = None
    any_pod: bool = False
    pod_labels: tuple[LabelView, ...] = ()
    any_namespace: bool = False
    namespace_labels: tuple[LabelView, ...] = ()


class RuleView(NamedTuple):
    """Some peers, and the ports between them and the pods."""

    peers: tuple[PeerView, ...]
    ports: tuple[PortView, ...]


class PolicyView(NamedTuple):
    """The policy of one workload; a direction without rules lets nothing through."""

    ingress: tuple[RuleView, ...]
    egress: tuple[RuleView, ...]


def _objects(profile: Profile) -> Iterator[ObjectTemplate]:
    if not profile.network_policy.enabled:
        return
    for workload in (redis_workload(profile), sentinel_workload(profile)):
        yield _policy(profile, workload, "network-policy/networkpolicy.yaml.j2")
    if profile.backup:
        yield _policy(profile, backup_workload(profile), "backup/networkpolicy.yaml.j2")


def _policy(profile: Profile, workload: Workload | BackupWorkload, template: str) -> ObjectTemplate:
    policy = PolicyView(
        ingress=tuple(_rules(profile, ((edge.source, edge) for edge in edges_into(workload.component)))),
        egress=tuple(_rules(profile, ((edge.target, edge) for edge in edges_out_of(workload.component)))),
    )
    facts = {"workload": workload, "policy": policy}
    return ObjectTemplate(f"{workload.name}-networkpolicy.yaml", template, facts)


def _rules(profile: Profile, edges: Iterable[tuple[Party, Edge]]) -> Iterator[RuleView]:
    """One rule for each edge. Never one without peers: Kubernetes reads that as "from anywhere"."""
    for party, edge in edges:
        peers = tuple(_peers(profile, party))
        open_ports = tuple(PortView(*each) for each in ports(profile, edge.target, edge.port))
        if peers and open_ports:
            yield RuleView(peers, open_ports)


def _peers(profile: Profile, party: Party) -> Iterator[PeerView]:
    policy = profile.network_policy
    if party == "backup":
        if profile.backup:
            yield PeerView(pod_labels=_labels(_selector_labels(backup_workload(profile))))
        return
    if party in ("store", "archive", "origin", "former"):
        stores = {"store": profile.backup, "archive": profile.backup}
        sections = {**stores, "origin": profile.restore, "former": profile.migration}
        if section := sections[party]:
            yield from _store(section.network)
        return
    if party in ("redis", "sentinel"):
        workload = redis_workload(profile) if party == "redis" else sentinel_workload(profile)
        yield PeerView(pod_labels=_labels(_selector_labels(workload)))
        return
    chosen = {"clients": policy.clients, "metrics": policy.metrics, "dns": policy.dns}
    for peer in chosen[party]:
        if peer.cidr:
            yield PeerView(cidr=peer.cidr)
            continue
        yield PeerView(
            any_pod=not peer.pod_labels,
            pod_labels=_labels(peer.pod_labels),
            any_namespace=peer.namespace_labels == {},
            namespace_labels=_labels(peer.namespace_labels or {}),
        )


def _store(network: StoreNetwork | MasterNetwork) -> Iterator[PeerView]:
    yield from (PeerView(cidr=cidr) for cidr in network.cidrs)
    if network.pod_labels or network.namespace_labels:
        yield PeerView(
            any_pod=not network.pod_labels,
            pod_labels=_labels(network.pod_labels),
            namespace_labels=_labels(network.namespace_labels),
        )


def _selector_labels(workload: Workload | BackupWorkload) -> dict[str, str]:
    # As templates/pod/selector.yaml.j2 writes them.
    return {"app": workload.name, "app.kubernetes.io/instance": workload.instance}


def _labels(labels: Mapping[str, str]) -> tuple[LabelView, ...]:
    return tuple(LabelView(key, labels[key]) for key in sorted(labels))


FEATURE = Feature("network_policy", objects=_objects)
