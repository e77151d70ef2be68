"""Network policy rules: settings that do not work together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, rule
from redismanifests.core.findings import Severity
from redismanifests.profile.derived import credentials

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.core.findings import Path
    from redismanifests.features.network_policy.settings import Peer
    from redismanifests.profile.model import Profile


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
    """A Service accepts clients from outside, and the network policy admits no address from there.

    Clients of a LoadBalancer or a NodePort have their own address or that of a node, never the labels of a pod. A
    policy that names only pods drops them, and the Service does not answer.

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
    """Exporters run, and the network policy lets no one scrape them.

    The metrics stop without an error here: only Prometheus reports that its target is down.

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
            fact="exporters run in the pods, and no client may reach them",
            fix="name the pods that scrape, or switch the exporters off",
        )


def _all_peers(profile: Profile) -> Iterator[tuple[Path, Peer]]:
    policy = profile.network_policy
    if policy.enabled:
        for name, peers in (("clients", policy.clients), ("metrics", policy.metrics), ("dns", policy.dns)):
            for index, peer in enumerate(peers):
                yield ("networkPolicy", name, index), peer


@rule("RM241", Severity.WARNING)
def policy_open_without_password(profile: Profile) -> Iterator[Fault]:
    """The network policy admits every client, and there is no password: nothing is protected.

    Every pod of the cluster, those of other teams included, may read and delete all data, and may order a failover from
    Sentinel.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    networkPolicy:
      enabled: true
      clients:
        - namespaceLabels: {}
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    networkPolicy:
      enabled: true
      clients:
        - namespaceLabels: {kubernetes.io/metadata.name: shop}
    ```
    Source: https://redis.io/docs/latest/operate/oss_and_stack/management/security/;
    https://kubernetes.io/docs/concepts/services-networking/network-policies/.
    """
    if not profile.network_policy.enabled or credentials.enabled(profile):
        return
    for index, peer in enumerate(profile.network_policy.clients):
        everybody = peer.cidr is None and peer.namespace_labels == {} and not peer.pod_labels
        if everybody or str(peer.cidr).endswith("/0"):
            yield Fault(
                path=("networkPolicy", "clients", index),
                fact="this admits every pod of the cluster, and Redis requires no password"
                if everybody
                else f"{peer.cidr} is every address, and Redis requires no password",
                fix="name the namespaces or pods that are clients, or set auth.mode",
            )
