"""States: pods, claims, endpoints and statuses as controllers and kubelets of a healthy deployment write them.

Where no kubelet runs, a test writes what it would have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster.rendering import pods_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cluster.namespace import Namespace
    from deployment import Manifest

_NOW = "2026-11-27T12:00:00Z"
DIGESTS = {"redis": "sha256:" + "a" * 64, "sentinel": "sha256:" + "a" * 64}
_OTHER_DIGEST = "sha256:" + "b" * 64


def write(namespace: Namespace, objects: Iterable[Manifest]) -> None:
    """Everything that would be there after `kubectl apply` and a minute."""
    items = list(objects)
    pods: dict[str, Manifest] = {}
    for item in items:
        if item["kind"] == "StatefulSet":
            pods |= _set(namespace, item)
    for item in items:
        if item["kind"] == "Service":
            _slice(namespace, item, pods)
        elif item["kind"] == "PodDisruptionBudget":
            _budget(namespace, item, pods)


def _status(namespace: Namespace, kind: str, name: str, status: dict[str, Any]) -> None:
    namespace.api.patch(f"{namespace.collection(kind)}/{name}/status", {"status": status}).succeeded()


def _set(namespace: Namespace, item: Manifest) -> dict[str, Manifest]:
    name, number = item["metadata"]["name"], item["spec"]["replicas"]
    stored = namespace.stored(item)
    revision = f"{name}-7d9f8b6c5"
    owner = {
        "apiVersion": "apps/v1", "kind": "StatefulSet", "name": name, "uid": stored["metadata"]["uid"],
        "controller": True, "blockOwnerDeletion": True,
    }  # fmt: skip
    made = {}
    for ordinal in range(number):
        pod, claims = pods_of(item, namespace.name, ordinal)
        for claim in claims:
            namespace.create_in("PersistentVolumeClaim", {**claim, "status": {}}).succeeded()
            size = claim["spec"]["resources"]["requests"]["storage"]
            bound = {
                "phase": "Bound",
                "capacity": {"storage": size},
                "accessModes": claim["spec"]["accessModes"],
            }
            _status(namespace, "PersistentVolumeClaim", claim["metadata"]["name"], bound)
        labels = {**pod["metadata"]["labels"], "controller-revision-hash": revision}
        pod["metadata"] = {**pod["metadata"], "labels": labels, "ownerReferences": [owner]}
        pod["spec"] = {**pod["spec"], "nodeName": f"node-{ordinal}"}
        created = namespace.create_in("Pod", pod).succeeded()
        _status(namespace, "Pod", created["metadata"]["name"], _running(created, ordinal))
        made[created["metadata"]["name"]] = created
    _status(
        namespace,
        "StatefulSet",
        name,
        {
            "observedGeneration": stored["metadata"]["generation"], "replicas": number, "readyReplicas": number,
            "availableReplicas": number, "currentReplicas": number, "updatedReplicas": number,
            "currentRevision": revision, "updateRevision": revision, "collisionCount": 0,
        },
    )  # fmt: skip
    return made


def _running(pod: Manifest, ordinal: int) -> dict[str, Any]:
    statuses = [
        {
            "name": each["name"], "ready": True, "started": True, "restartCount": 0, "image": each["image"],
            "imageID": f"docker.io/library/{each['name']}@{DIGESTS.get(each['name'], _OTHER_DIGEST)}",
            "containerID": f"containerd://{each['name']}", "state": {"running": {"startedAt": _NOW}},
        }
        for each in pod["spec"]["containers"]
    ]  # fmt: skip
    ready = [
        {"type": kind, "status": "True", "lastTransitionTime": _NOW}
        for kind in ("PodScheduled", "Initialized", "ContainersReady", "Ready")
    ]
    ip = f"10.0.{ordinal}.{7 if 'sentinel' in pod['metadata']['name'] else 6}"
    return {
        "phase": "Running", "podIP": ip, "podIPs": [{"ip": ip}], "startTime": _NOW, "containerStatuses": statuses,
        "conditions": ready,
    }  # fmt: skip


def _slice(namespace: Namespace, service: Manifest, pods: dict[str, Manifest]) -> None:
    name, selector = service["metadata"]["name"], service["spec"]["selector"]
    endpoints = [
        {
            "addresses": [f"10.1.0.{number}"],
            "conditions": {"ready": True, "serving": True, "terminating": False},
            "targetRef": {"kind": "Pod", "name": pod, "namespace": namespace.name},
        }
        for number, (pod, made) in enumerate(sorted(pods.items()), 1)
        if selector.items() <= made["metadata"]["labels"].items()
    ]
    made = {
        "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
        "metadata": {"name": f"{name}-abcde", "labels": {"kubernetes.io/service-name": name}},
        "endpoints": endpoints, "ports": [{"name": "p", "port": 6379, "protocol": "TCP"}],
    }  # fmt: skip
    namespace.api.create(slices(namespace), made).succeeded()


def slices(namespace: Namespace) -> str:
    """Where the API server keeps the endpoints."""
    return f"/apis/discovery.k8s.io/v1/namespaces/{namespace.name}/endpointslices"


def _budget(namespace: Namespace, budget: Manifest, pods: dict[str, Manifest]) -> None:
    labels = budget["spec"]["selector"]["matchLabels"]
    number = sum(labels.items() <= pod["metadata"]["labels"].items() for pod in pods.values())
    stored = namespace.stored(budget)
    status = {
        "observedGeneration": stored["metadata"]["generation"], "expectedPods": number, "currentHealthy": number,
        "desiredHealthy": number - 1, "disruptionsAllowed": 1,
    }  # fmt: skip
    _status(namespace, "PodDisruptionBudget", budget["metadata"]["name"], status)
