"""Cluster: the node, its DNS and proxy, and the controllers, for one set of objects.

Why: one place starts the control plane's parts and tells them about each other. What must not come in: Redis; what a
scenario does.
"""

from __future__ import annotations

import asyncio
import itertools
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Any

from redismanifests.rehearse import iproute, proxy
from redismanifests.rehearse.nameserver import Nameserver, zone
from redismanifests.rehearse.pod import Pod, Site
from redismanifests.rehearse.service import endpoints, target_port
from redismanifests.rehearse.statefulset import StatefulSet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from redismanifests.rehearse.rootfs import Mount

PUBLISH_S = 0.3
"""From a change of a pod to new Service rules and DNS records: EndpointSlice controller, watches, one sync."""
_FIRST_POD_IP = IPv4Address("10.244.1.2")


class Cluster:
    """Everything of a cluster that matters to these objects."""

    def __init__(self, site: Site, nameserver: Nameserver) -> None:
        """Use :meth:`start`."""
        self.site = site
        self.nameserver = nameserver
        self.cut: dict[str, frozenset[str]] = {}
        self.sets = {
            item["metadata"]["name"]: StatefulSet(item, self.create, self.forget, site.tasks)
            for item in site.objects.of_kind("StatefulSet")
        }
        self._pods: set[Pod] = set()
        self._addresses = itertools.count()
        self._changed = asyncio.Event()
        self._loaded = ""
        self._publishing = asyncio.Lock()

    @classmethod
    async def start(cls, site: Site, dns_ttl_s: float) -> Cluster:
        """Bring up node, DNS and proxy; pods come with :meth:`apply`."""
        await iproute.make_node()
        cluster = cls(site, await Nameserver.listen(iproute.DNS_IP, dns_ttl_s))
        await cluster.publish()
        site.tasks.create_task(cluster._publish_changes())
        return cluster

    def apply(self) -> None:
        """Hand the StatefulSets to their controllers."""
        for each in self.sets.values():
            self.site.tasks.create_task(each.control())

    def create(self, manifest: dict[str, Any], mounts: tuple[Mount, ...] = ()) -> Pod:
        """Start a pod with the next address; an address is never used twice."""
        number = next(self._addresses)
        manifest["metadata"]["uid"] = f"{manifest['metadata']['name']}.{number}"
        manifest["status"] = {"podIP": str(_FIRST_POD_IP + number), "hostIP": iproute.NODE_IP}
        pod = Pod(manifest, self.site, mounts)
        pod.changed = self._changed.set
        self._pods.add(pod)
        pod.begin()
        self._changed.set()
        return pod

    def forget(self, pod: Pod) -> None:
        """The pod is gone from the API."""
        self._pods.discard(pod)
        self._changed.set()

    async def _publish_changes(self) -> None:
        while True:
            await self._changed.wait()
            await asyncio.sleep(PUBLISH_S)
            self._changed.clear()
            await self.publish()

    async def publish(self) -> None:
        """Give proxy and DNS the pods as they are now, one change after the other."""
        async with self._publishing:
            await self._publish()

    async def _publish(self) -> None:
        statuses = [pod.status() for pod in self._pods]
        behind = {service: endpoints(service, statuses) for service in self.site.services}
        self.nameserver.zone = zone(behind)
        forwards = []
        for service, pods in behind.items():
            if service.cluster_ip is None:
                continue
            for port in service.ports:
                targets = tuple((pod.ip, target) for pod in pods if (target := target_port(port, pod)))
                forwards.append(proxy.Forward(service.cluster_ip, port.port, port.protocol, targets))
        rules = proxy.ruleset(forwards, self.cut)
        if rules != self._loaded:
            self._loaded = rules
            await proxy.load(rules)

    @property
    def pods(self) -> Mapping[str, Pod]:
        """The pods by name."""
        return {pod.name: pod for pod in self._pods}
