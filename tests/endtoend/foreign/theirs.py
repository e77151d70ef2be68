"""Theirs: manifests of others as a rehearsal runs them, and the same as the nodes get them.

Sidecars and volumes that a rehearsal leaves out are left out here, too, so that both judge the same. What the nodes get
beyond it is what a cluster has and these lack: Secrets that are named and absent, service accounts, a way in for the
application where network policies are.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from endtoend.application import LABELS
from redismanifests.prove.rehearse.bench import subject
from redismanifests.prove.rehearse.bench.deployment import Deployment, deployment
from redismanifests.prove.rehearse.bench.secret import with_stand_ins
from redismanifests.prove.toycluster.objects import Objects
from redismanifests.prove.toycluster.service import services
from threenodes import address

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from redismanifests.core.object import Manifest, Object

KINDS = (
    *("Secret", "ConfigMap", "ServiceAccount", "Role", "RoleBinding", "LimitRange", "ResourceQuota"),
    *(
        "PersistentVolumeClaim",
        "Service",
        "NetworkPolicy",
        "PodDisruptionBudget",
        "StatefulSet",
        "Deployment",
    ),
)
"""What is applied: objects of one namespace that every cluster knows."""
_OF_A_DUMP = ("uid", "resourceVersion", "creationTimestamp", "generation", "managedFields", "ownerReferences")


@dataclass(frozen=True)
class Theirs:
    """One subject."""

    name: str
    objects: Objects
    """As a rehearsal runs them, with stand-ins for Secrets."""
    applied: tuple[Object, ...]
    """As the nodes get them."""
    notes: tuple[str, ...] = ()
    deployments: frozenset[str] = field(default_factory=frozenset)
    """Names of workloads that are Deployments on the nodes, and sets in a rehearsal."""

    @cached_property
    def deployment(self) -> Deployment:
        """Which pods are Redis and which are Sentinels, and how a client reaches them."""
        return deployment(self.objects, services(self.objects))

    def pods(self) -> list[Manifest]:
        """The specs of all pods."""
        return [each["spec"]["template"]["spec"] for each in self.applied if each["kind"] in KINDS[-2:]]


def read(file: Path) -> Theirs:
    """The deployment in a file or a folder; raises RedismanifestsError where a rehearsal refuses it."""
    files = sorted(file.glob("*.y*ml")) if file.is_dir() else [file]
    found = subject.of_manifests(file, files)
    assert found, f"{file} holds no manifests"
    played = subject.playable(found)
    objects = with_stand_ins(Objects.of(played.objects))
    deployments = frozenset(
        each["metadata"]["name"] for each in found.objects if each["kind"] == "Deployment"
    )
    return Theirs(found.name, objects, tuple(_applied(objects, found.objects)), played.notes, deployments)


def _applied(objects: Objects, originals: Iterable[Object]) -> Iterator[Object]:
    there = {(each["kind"], each["metadata"]["name"]): each for each in originals}
    accounts = {each["metadata"]["name"] for each in objects.of_kind("ServiceAccount")} | {"default"}
    for item in objects.items:
        if item["kind"] not in KINDS:
            continue
        made = copy.deepcopy(dict(item))
        made["metadata"] = {k: v for k, v in made["metadata"].items() if k not in _OF_A_DUMP}
        made["metadata"]["namespace"] = objects.namespace
        made.pop("status", None)
        if item["kind"] == "StatefulSet":
            original = there.get(("Deployment", item["metadata"]["name"]))
            made = _workload(made, original)
            name = made["spec"]["template"]["spec"].get("serviceAccountName", "default")
            if name not in accounts:
                accounts.add(name)
                yield _object("v1", "ServiceAccount", name, objects.namespace)
        elif item["kind"] == "Service":
            _forget_address(made["spec"])
        elif item["kind"] == "NetworkPolicy":
            yield _way_in(made)
        yield made


def _workload(made: Manifest, original: Object | None) -> Manifest:
    if original is not None:
        # With its own strategy and pods of random names; what runs in them is as in the rehearsal.
        template = made["spec"]["template"]
        spec = {**copy.deepcopy(dict(original["spec"])), "template": template}
        made |= {"apiVersion": "apps/v1", "kind": "Deployment", "spec": spec}
    pod = made["spec"]["template"]["spec"]
    for container in (*(pod.get("initContainers") or ()), *pod["containers"]):
        # There is no registry.
        container["imagePullPolicy"] = "IfNotPresent"
    return made


def _forget_address(spec: dict[str, Any]) -> None:
    if spec.get("clusterIP") != "None":
        for name in ("clusterIP", "clusterIPs"):
            spec.pop(name, None)


def _way_in(policy: Manifest) -> Manifest:
    """Lets the application and whoever looks reach the pods of a policy that others wrote for their own clients."""
    ours = [
        {"podSelector": {"matchLabels": LABELS}},
        {"ipBlock": {"cidr": f"{address.CONTROL_PLANE}/32"}},
    ]
    made = _object("networking.k8s.io/v1", "NetworkPolicy", f"{policy['metadata']['name']}-test", "")
    made["metadata"]["namespace"] = policy["metadata"]["namespace"]
    types = {"policyTypes": ["Ingress"], "ingress": [{"from": ours}]}
    return {**made, "spec": {"podSelector": policy["spec"]["podSelector"], **types}}


def _object(version: str, kind: str, name: str, namespace: str) -> Manifest:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, "namespace": namespace}}
