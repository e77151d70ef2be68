"""Cluster: starts and connects the node, its DNS and proxy, and the controllers, for one set of objects."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import replace
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from redismanifests.prove.toycluster.network import iproute, proxy
from redismanifests.prove.toycluster.network.nameserver import Nameserver, zone
from redismanifests.prove.toycluster.network.network_policy import Party, admitted, walls
from redismanifests.prove.toycluster.objects import NAMESPACE_NAME
from redismanifests.prove.toycluster.pods.identity import assign_ids
from redismanifests.prove.toycluster.pods.pod import Pod, Site
from redismanifests.prove.toycluster.pods.volume import lose_claim
from redismanifests.prove.toycluster.service import PUBLISH_S, applied, endpoints, target_port
from redismanifests.prove.toycluster.statefulset import StatefulSet

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from redismanifests.core.object import Manifest, Object
    from redismanifests.prove.toycluster.job import Job
    from redismanifests.prove.toycluster.network.network_policy import Wall
    from redismanifests.prove.toycluster.objects import Objects
    from redismanifests.prove.toycluster.pods.kubelet import Kubelet
    from redismanifests.prove.toycluster.pods.rootfs import Mount
    from redismanifests.prove.toycluster.service import PodStatus

_FIRST_POD_IP = IPv4Address("10.244.1.2")
_DNS = Party(iproute.DNS_IP, "kube-system", {"k8s-app": "kube-dns"}, {NAMESPACE_NAME: "kube-system"})
"""The cluster's DNS, as kubeadm labels it."""


class Cluster:
    """The parts of a cluster that these objects need."""

    def __init__(self, site: Site, nameserver: Nameserver) -> None:
        """Use :meth:`start`."""
        self.site = site
        self.nameserver = nameserver
        self.cut: dict[str, frozenset[str]] = {}
        self.visitors: dict[str, Party] = {}
        """Additional pods of a rehearsal, by name, as network policies see them."""
        self.sets = {
            item["metadata"]["name"]: StatefulSet(item, self.create, self.forget, site.tasks)
            for item in site.objects.of_kind("StatefulSet")
        }
        self._pods: set[Pod] = set()
        self._addresses = itertools.count()
        self.runs = itertools.count(1)
        """Numbers of the runs of CronJobs."""
        self.jobs: list[Job] = []
        """These runs, the oldest first."""
        self._changed = asyncio.Event()
        self._loaded = ""
        self._publishing = asyncio.Lock()

    @classmethod
    async def start(cls, site: Site, dns_ttl_s: float) -> Cluster:
        """Start node, DNS and proxy; :meth:`apply` starts the pods."""
        await iproute.make_node()
        cluster = cls(site, Nameserver.listen(iproute.DNS_IP, dns_ttl_s))
        await cluster.publish()
        site.tasks.create_task(cluster._publish_changes())
        return cluster

    def apply(self) -> None:
        """Start the controllers of the StatefulSets."""
        for each in self.sets.values():
            self.site.tasks.create_task(each.control())

    def change(self, objects: Objects) -> None:
        """Apply changed objects: new pods read them at once, running pods after a delay."""
        self.site.objects = objects
        self.site.services = applied(self.site.services, objects)
        for pod in self._pods:
            pod.renew()
        for item in objects.of_kind("StatefulSet"):
            self.sets[item["metadata"]["name"]].update(item["spec"])

    def create(self, manifest: Manifest, mounts: tuple[Mount, ...] = ()) -> Pod:
        """Start a pod with the next address; an address is never used twice."""
        assign_ids(manifest["spec"])
        number = next(self._addresses)
        manifest["metadata"]["uid"] = f"{manifest['metadata']['name']}.{number}"
        manifest["status"] = {"podIP": str(_FIRST_POD_IP + number), "hostIP": iproute.NODE_IP}
        pod = Pod(manifest, self.site, mounts)
        pod.changed = self._changed.set
        self._pods.add(pod)
        pod.begin()
        self._changed.set()
        return pod

    def kubelet(self, pod: str, container: str) -> Kubelet | None:
        """What keeps a container; None while its pod is away, or its init containers are not over."""
        found = self.pods.get(pod)
        return found.kubelets.get(container) if found else None

    def forget(self, pod: Pod) -> None:
        """Remove a deleted pod from the API."""
        self._pods.discard(pod)
        if not pod.keeps_claims:
            for volume in pod.manifest["spec"].get("volumes", ()):
                if "persistentVolumeClaim" in volume:
                    lose_claim(self.site.claims, volume["persistentVolumeClaim"]["claimName"])
        self._changed.set()

    async def _publish_changes(self) -> None:
        while True:
            await self._changed.wait()
            await asyncio.sleep(PUBLISH_S)
            self._changed.clear()
            await self.publish()

    async def publish(self) -> None:
        """Update proxy and DNS with the current pods, one change after the other."""
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
        rules = proxy.ruleset(forwards, self.cut, self._walls(statuses))
        if rules != self._loaded:
            self._loaded = rules
            await proxy.load(rules)

    @property
    def _policies(self) -> list[Object]:
        return self.site.objects.of_kind("NetworkPolicy")

    def _party(self, pod: PodStatus) -> Party:
        """A pod as network policies see it."""
        if visitor := self.visitors.get(pod.name):
            return replace(visitor, ip=pod.ip)
        objects = self.site.objects
        return Party(pod.ip, objects.namespace, pod.labels, objects.namespace_labels, pod.port_names)

    def _walls(self, statuses: Iterable[PodStatus]) -> tuple[Wall, ...]:
        pods = [self._party(status) for status in statuses if status.ip]
        return walls(self._policies, pods, (_DNS,)) if self._policies else ()

    def admit(self, name: str, wanted: Mapping[str, int]) -> None:
        """Create labels for a future pod ``name`` with which the policies admit it to these pods and ports."""
        targets = [(self._party(self.pods[pod].status()), port) for pod, port in wanted.items()]
        self.visitors[name] = admitted(self._policies, self.site.objects.namespace, targets)

    @property
    def pods(self) -> Mapping[str, Pod]:
        """The pods by name."""
        return {pod.name: pod for pod in self._pods}
