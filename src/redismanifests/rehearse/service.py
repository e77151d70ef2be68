"""Service: a rendered Service with the address it was given, and the pods that stand behind it.

Why: the proxy, the nameserver and the kubelet's service variables all need the same answer to "who is behind this
name now". What must not come in: how that answer is carried (nft, DNS, environment).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from redismanifests.rehearse.objects import Object, Objects

CLUSTER_DOMAIN = "cluster.local"
PUBLISH_S = 0.3
"""From a change of a pod to new Service rules and DNS records: EndpointSlice controller, watches, one sync."""
FIRST_CLUSTER_IP = IPv4Address("10.96.1.1")
"""Services without an address of their own are numbered from here, inside kubeadm's 10.96.0.0/12."""


@dataclass(frozen=True, slots=True)
class ServicePort:
    """One port of a Service; ``target`` is a number or the name of a container port."""

    name: str
    port: int
    target: int | str
    protocol: str


@dataclass(frozen=True, slots=True)
class Service:
    """``cluster_ip`` is None for a headless Service."""

    name: str
    namespace: str
    cluster_ip: str | None
    selector: Mapping[str, str] = field(hash=False)
    publish_not_ready: bool
    ports: tuple[ServicePort, ...]


@dataclass(frozen=True, slots=True)
class PodStatus:
    """What the control plane knows of a pod at one moment."""

    name: str
    ip: str
    labels: Mapping[str, str]
    hostname: str
    subdomain: str
    port_names: Mapping[str, int]
    ready: bool
    terminating: bool


def _ports(spec: Object) -> tuple[ServicePort, ...]:
    return tuple(
        ServicePort(
            name=port.get("name", ""),
            port=port["port"],
            target=port.get("targetPort", port["port"]),
            protocol=port.get("protocol", "TCP"),
        )
        for port in spec.get("ports", ())
    )


def services(objects: Objects) -> tuple[Service, ...]:
    """Every Service with a selector, each with its address for the life of the rehearsal."""
    found = []
    for number, item in enumerate(objects.of_kind("Service")):
        spec = item["spec"]
        asked = spec.get("clusterIP")
        found.append(
            Service(
                name=item["metadata"]["name"],
                namespace=objects.namespace,
                cluster_ip=None if asked == "None" else asked or str(FIRST_CLUSTER_IP + number),
                selector=spec.get("selector") or {},
                publish_not_ready=bool(spec.get("publishNotReadyAddresses", False)),
                ports=_ports(spec),
            )
        )
    return tuple(found)


def endpoints(service: Service, pods: Iterable[PodStatus]) -> tuple[PodStatus, ...]:
    """The pods that the Service sends traffic to, as EndpointSlices and kube-proxy decide it.

    Ready pods that are not terminating; with ``publishNotReadyAddresses`` every pod that exists; and, where no pod is
    ready, those that still serve while they terminate.
    """
    if not service.selector:
        return ()
    chosen = [pod for pod in pods if pod.ip and service.selector.items() <= pod.labels.items()]
    if service.publish_not_ready:
        return tuple(chosen)
    return tuple(pod for pod in chosen if pod.ready and not pod.terminating) or tuple(
        pod for pod in chosen if pod.ready
    )


def target_port(port: ServicePort, pod: PodStatus) -> int | None:
    """The number behind ``targetPort`` on that pod; None where the pod has no port of that name."""
    return port.target if isinstance(port.target, int) else pod.port_names.get(port.target)
