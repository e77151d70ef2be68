"""Provided: what manifests need of a cluster, and these nodes give: images by the names in them, classes, namespaces.

Images are never pulled: each name is given to one of ours, by what is in it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from redismanifests.core.values.image import Image
from redismanifests.prove.rehearse.bench.subject import of_manifests
from redismanifests.render.rendered import makes_pods, pod_template
from threenodes import image, provisioner

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from cluster.kubectl import Kubectl
    from redismanifests.core.object import Object
    from threenodes.cluster import Cluster

_OURS = {"exporter": image.EXPORTER, "valkey": image.VALKEY}
"""By what the names of others' images have in them."""
_WHERE_PODS_RUN = "WaitForFirstConsumer"


def _of(version: str, kind: str, name: str) -> dict[str, Any]:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name}}


def _containers(objects: Iterable[Object]) -> Iterator[dict[str, Any]]:
    """Those of StatefulSets and of CronJobs."""
    for pod in (pod_template(each)["spec"] for each in objects if makes_pods(each)):
        yield from (*pod.get("initContainers", ()), *pod["containers"])


def classes(objects: Iterable[Object], *, storage: bool) -> Iterator[dict[str, Any]]:
    """The priority classes that the manifests name, and where ``storage`` the storage classes."""
    for each in (each for each in objects if each["kind"] == "StatefulSet"):
        if name := each["spec"]["template"]["spec"].get("priorityClassName"):
            yield {**_of("scheduling.k8s.io/v1", "PriorityClass", name), "value": 1000}
        for claim in each["spec"].get("volumeClaimTemplates", ()):
            if (name := claim["spec"].get("storageClassName")) and storage:
                made = _of("storage.k8s.io/v1", "StorageClass", name)
                yield {**made, "provisioner": provisioner.NAME, "volumeBindingMode": _WHERE_PODS_RUN}


def create(kubectl: Kubectl, items: Iterable[Object]) -> Iterator[str]:
    """Create what is not there, and name it; what is there is its owner's: the nodes' default class among it."""
    for item in items:
        kind, name = item["kind"], item["metadata"]["name"]
        if kubectl("get", kind, name).code:
            said = kubectl("create", "-f", "-", text=json.dumps(item))
            assert said.code == 0, said.errors
            yield f"{kind} {name}"


def full_name(reference: str) -> str:
    """An image's name as a container runtime stores it: with its registry, and with a tag or else a digest."""
    found = Image.parse(reference)
    registry = found.registry or "docker.io"
    hub = registry == "docker.io" and "/" not in found.repository
    repository = f"library/{found.repository}" if hub else found.repository
    which = f"@{found.digest}" if found.digest else f":{found.tag or 'latest'}"
    return f"{registry}/{repository}{which}"


def images(cluster: Cluster, objects: Iterable[Object]) -> Iterator[str]:
    """Let our images be known by the names that the manifests have, and name them."""
    for name in sorted({container["image"] for container in _containers(objects)}):
        ours = next((each for part, each in _OURS.items() if part in name), image.REDIS)
        for node in cluster.nodes:
            image.tag(node.machine, ours, full_name(name))
        yield f"image {name}"


def provided(cluster: Cluster, folder: Path) -> Iterator[str]:
    """Give the nodes all that the manifests in ``folder`` need, so that they can be applied by hand; each is named."""
    found = of_manifests(folder, sorted(folder.glob("*.yaml")))
    assert found, f"{folder} holds no manifests"
    kubectl, objects = cluster.kubectl, found.objects
    namespaces = sorted(
        {each["metadata"]["namespace"] for each in objects if "namespace" in each["metadata"]}
    )
    yield from create(kubectl, (_of("v1", "Namespace", name) for name in namespaces))
    yield from create(kubectl, classes(objects, storage=True))
    yield from images(cluster, objects)
