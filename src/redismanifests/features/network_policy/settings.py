"""Network policy: who may reach Redis, Sentinel and their exporters, and whom these may reach.

Derived from the table of edges (profile/derived/edges.py).
"""

from __future__ import annotations

from redismanifests.core.setting import Section, setting
from redismanifests.core.values.bounded import Flag
from redismanifests.core.values.names import LabelKey, LabelValue
from redismanifests.core.values.network import Network


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
    """Peers from labels of our own pods; ``namespace`` by the label that every namespace has since 1.22."""
    named = None if namespace is None else {"kubernetes.io/metadata.name": namespace}
    return Peer.model_construct(pod_labels=labels, namespace_labels=named, cidr=None)


class NetworkPolicies(Section):
    """NetworkPolicies of both workloads: what they do not name is dropped, where the network plug-in enforces them."""

    enabled: Flag = setting(
        False,
        "Whether NetworkPolicies are rendered.",
        why="only the team knows the clients; without AUTH this is the only protection",
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
