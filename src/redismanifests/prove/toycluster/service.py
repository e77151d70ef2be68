"""Service: a rendered Service with its address and its current pods.

The proxy, the nameserver and the kubelet's service variables use the same list of pods.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from redismanifests.core.object import Object
    from redismanifests.prove.toycluster.objects import Objects

CLUSTER_DOMAIN = "cluster.local"
PUBLISH_S = 0.3
"""Seconds from a change of a pod to new rules and DNS records: EndpointSlice controller, watches, one sync."""
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
    """The state of a pod in the control plane."""

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


def applied(there: tuple[Service, ...], objects: Objects) -> tuple[Service, ...]:
    """Services after these objects were applied: addresses stay, and nothing is deleted, as by kubectl."""
    wanted = {service.name: service for service in services(objects)}
    kept = [replace(wanted.pop(s.name, s), cluster_ip=s.cluster_ip) for s in there]
    last = max((IPv4Address(s.cluster_ip) for s in there if s.cluster_ip), default=FIRST_CLUSTER_IP)
    new = [
        service if service.cluster_ip is None else replace(service, cluster_ip=str(last + number))
        for number, service in enumerate(wanted.values(), start=1)
    ]
    return (*kept, *new)


def endpoints(service: Service, pods: Iterable[PodStatus]) -> tuple[PodStatus, ...]:
    """The pods that receive the Service's traffic, as EndpointSlices and kube-proxy decide.

    Ready pods that are not terminating; with ``publishNotReadyAddresses`` every existing pod; if no pod is ready, those
    that still serve while they terminate.
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
    """The port number of ``targetPort`` on that pod; None if the pod has no port of that name."""
    return port.target if isinstance(port.target, int) else pod.port_names.get(port.target)
