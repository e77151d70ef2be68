"""Network policy: who may reach Redis, Sentinel and their exporters, and whom these may reach.

Derived from the table of edges (facts/edges.py). What must not come in: an edge of its own.
"""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING, Annotated, NamedTuple

from pydantic import AfterValidator

from redismanifests.core.bounded import Flag
from redismanifests.core.feature import Fault, Feature, ObjectTemplate, rule
from redismanifests.core.findings import Severity
from redismanifests.core.names import LabelKey, LabelValue
from redismanifests.core.setting import Section, setting
from redismanifests.facts.edges import Edge, Party, edges_into, edges_out_of, ports
from redismanifests.facts.members import Workload, redis_workload, sentinel_workload

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from redismanifests.core.findings import Path
    from redismanifests.profile import Profile


def _network(text: str) -> str:
    """``text`` itself, where it is a network written as the API server stores and later versions demand it."""
    try:
        canonical = str(ip_network(text, strict=False))
    except ValueError:
        raise ValueError(f"{text!r} is no range of addresses: write one such as 10.0.0.0/8") from None
    if canonical != text:
        raise ValueError(f"{text!r} is not how this range is written: write {canonical}")
    return text


Network = Annotated[str, AfterValidator(_network)]


class Peer(Section):
    """Pods by their labels, or a range of addresses outside the cluster."""

    pod_labels: dict[LabelKey, LabelValue] = setting(
        {}, "Labels that the pods have; none means every pod there.", examples=[{"app": "shop"}]
    )
    namespace_labels: dict[LabelKey, LabelValue] | None = setting(
        None,
        "Labels that their namespaces have, {} for every namespace; left out: the deployment's own namespace.",
        examples=[{"kubernetes.io/metadata.name": "web"}],
    )
    cidr: Network | None = setting(
        None,
        "A range of addresses instead of pods, for clients outside the cluster.",
        examples=["10.0.0.0/8"],
    )


def _pods(labels: dict[str, str], namespace: str | None = None) -> Peer:
    """Peers of our own making; ``namespace`` by the label that every namespace carries since 1.22."""
    named = None if namespace is None else {"kubernetes.io/metadata.name": namespace}
    return Peer.model_construct(pod_labels=labels, namespace_labels=named, cidr=None)


class NetworkPolicies(Section):
    """NetworkPolicies of both workloads: what they do not name is dropped, where the network plug-in enforces them."""

    enabled: Flag = setting(
        False,
        "Whether NetworkPolicies are rendered.",
        why="who the clients are is known to the team alone; without AUTH this is the only lock",
    )
    clients: tuple[Peer, ...] = setting(
        (_pods({}),),
        "Who may reach Redis and Sentinel: a client needs both.",
        why="every pod of the deployment's own namespace",
    )
    metrics: tuple[Peer, ...] = setting(
        (_pods({}, "monitoring"),),
        "Who may scrape the exporters.",
        why="the namespace that kube-prometheus uses",
    )
    dns: tuple[Peer, ...] = setting(
        (_pods({"k8s-app": "kube-dns"}, "kube-system"),),
        "The cluster's DNS servers.",
        why="how kubeadm and the managed services label CoreDNS",
        source="Kubernetes docs, tasks/administer-cluster/coredns",
    )


class PortView(NamedTuple):
    """One port of a rule."""

    protocol: str
    port: int


class LabelView(NamedTuple):
    """One label of a selector."""

    key: str
    value: str


class PeerView(NamedTuple):
    """A range of addresses, or pods, of the own namespace where nothing is said of namespaces."""

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
        policy = PolicyView(
            ingress=tuple(_rules(profile, ((edge.source, edge) for edge in edges_into(workload.component)))),
            egress=tuple(_rules(profile, ((edge.target, edge) for edge in edges_out_of(workload.component)))),
        )
        facts = {"workload": workload, "policy": policy}
        template = "network-policy/networkpolicy.yaml.j2"
        yield ObjectTemplate(f"{workload.name}-networkpolicy.yaml", template, facts)


def _rules(profile: Profile, edges: Iterable[tuple[Party, Edge]]) -> Iterator[RuleView]:
    """One rule for each edge. Never one without peers: Kubernetes reads that as "from anywhere"."""
    for party, edge in edges:
        peers = tuple(_peers(profile, party))
        open_ports = tuple(PortView(*each) for each in ports(profile, edge.target, edge.port))
        if peers and open_ports:
            yield RuleView(peers, open_ports)


def _peers(profile: Profile, party: Party) -> Iterator[PeerView]:
    policy = profile.network_policy
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


def _selector_labels(workload: Workload) -> dict[str, str]:
    # As templates/pod/selector.yaml.j2 writes them.
    return {"app": workload.name, "app.kubernetes.io/instance": workload.instance}


def _labels(labels: Mapping[str, str]) -> tuple[LabelView, ...]:
    return tuple(LabelView(key, labels[key]) for key in sorted(labels))


@rule("RM160", Severity.ERROR, waivable=False)
def peer_of_labels_and_addresses(profile: Profile) -> Iterator[Fault]:
    """A peer of a network policy has both labels and a range of addresses: the API server refuses it.

    Pods are named by labels, because their addresses change; addresses name what is outside of the cluster.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    auth:
      mode: password
    networkPolicy:
      enabled: true
      clients:
        - {cidr: 10.0.0.0/8, podLabels: {app: shop}}
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    auth:
      mode: password
    networkPolicy:
      enabled: true
      clients:
        - podLabels: {app: shop}
        - cidr: 10.0.0.0/8
    ```
    Source: https://kubernetes.io/docs/concepts/services-networking/network-policies/ (ipBlock).
    """
    for path, peer in _all_peers(profile):
        if peer.cidr and (peer.pod_labels or peer.namespace_labels is not None):
            yield Fault(
                path=(*path, "cidr"),
                fact="a peer is either pods, by their labels, or a range of addresses",
                fix="make two peers of it",
            )


@rule("RM161", Severity.WARNING)
def policy_against_external_clients(profile: Profile) -> Iterator[Fault]:
    """A Service is open to the outside, and the network policy lets no address from there in.

    Clients that come through a LoadBalancer or a NodePort carry their own address or that of a node, never the labels
    of a pod: a policy that names only pods drops them, and the Service looks dead.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    auth:
      mode: password
    networkPolicy:
      enabled: true
    services:
      redis:
        type: LoadBalancer
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    auth:
      mode: password
    networkPolicy:
      enabled: true
      clients:
        - podLabels: {app: shop}
        - cidr: 10.0.0.0/8
    services:
      redis:
        type: LoadBalancer
    ```
    Source: https://kubernetes.io/docs/concepts/services-networking/network-policies/ (ipBlock, source addresses).
    """
    policy = profile.network_policy
    if not policy.enabled or any(peer.cidr for peer in policy.clients):
        return
    for component, services in (("redis", profile.services.redis), ("sentinel", profile.services.sentinel)):
        if services.type != "ClusterIP":
            yield Fault(
                path=("services", component, "type"),
                fact=f"{services.type} is for clients outside, and networkPolicy.clients names only pods",
                fix="add a peer with the cidr of these clients, or set the type to ClusterIP",
            )


@rule("RM162", Severity.WARNING)
def exporter_behind_a_closed_door(profile: Profile) -> Iterator[Fault]:
    """Exporters run, and the network policy lets nobody scrape them.

    The metrics end without an error on this side: only Prometheus sees that its target is down.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    networkPolicy:
      enabled: true
      metrics: []
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    networkPolicy:
      enabled: true
      metrics:
        - namespaceLabels: {kubernetes.io/metadata.name: observability}
    ```
    Source: https://github.com/CloudPirates-io/helm-charts, redis, networkpolicy.yaml (without the exporter's port).
    """
    policy, exporters = profile.network_policy, profile.exporters
    if policy.enabled and not policy.metrics and (exporters.redis.enabled or exporters.sentinel.enabled):
        yield Fault(
            path=("networkPolicy", "metrics"),
            fact="exporters run beside the servers, and nobody may reach them",
            fix="name the pods that scrape, or switch the exporters off",
        )


def _all_peers(profile: Profile) -> Iterator[tuple[Path, Peer]]:
    policy = profile.network_policy
    if policy.enabled:
        for name, peers in (("clients", policy.clients), ("metrics", policy.metrics), ("dns", policy.dns)):
            for index, peer in enumerate(peers):
                yield ("networkPolicy", name, index), peer


FEATURE = Feature(
    "network_policy",
    objects=_objects,
    rules=(peer_of_labels_and_addresses, policy_against_external_clients, exporter_behind_a_closed_door),
)
