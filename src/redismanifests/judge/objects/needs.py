"""Needs: what must be in the cluster before the pods can start, and is not rendered.

Read from the objects alone, so that a rendered folder and a cluster are asked the same. Secrets are named with their
keys, never read. Out of scope: whether the nodes have enough capacity.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.named import NamedTuple
from redismanifests.judge.objects.objects import Manifests
from redismanifests.render.rendered import makes_pods, pod_template

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from redismanifests.core.object import Manifest, Object

DEFAULT_CLASS = "(default)"
"""Name of the StorageClass that a claim without one gets."""
_OF_EVERY_NODE = ("kubernetes.io/os", "kubernetes.io/arch")
_OF_THE_SYSTEM = "system-"
_OPERATORS = {
    "external-secrets.io": "External Secrets Operator",
    "cert-manager.io": "cert-manager",
    "bitnami.com": "Sealed Secrets",
}


class Need(NamedTuple):
    """One object that someone must provide."""

    kind: str
    name: str
    keys: tuple[str, ...]
    """Of a Secret; for Nodes the label."""
    why: str
    check: str
    """The command that shows whether it is there."""
    make: str
    """The command that makes it, or what to install; empty where that is for the owner of the cluster."""

    @property
    def text(self) -> str:
        """Kind, name and keys, for a sentence."""
        keys = f" (keys {', '.join(self.keys)})" if self.kind == "Secret" and self.keys else ""
        return f"{self.kind} {self.name}{keys}"


def needs(objects: Iterable[Object], namespace: str) -> tuple[Need, ...]:
    """Everything that the objects of ``namespace`` need and do not bring along, in the order to provide it."""
    manifests = Manifests(objects)
    found = (
        *_namespace(manifests, namespace),
        *_operators(manifests),
        *_secrets(manifests, namespace),
        *_pull_secrets(manifests, namespace),
        *_storage_classes(manifests),
        *_priority_classes(manifests),
        *_nodes(manifests),
    )
    return tuple(dict.fromkeys(found))


def _namespace(manifests: Manifests, namespace: str) -> Iterator[Need]:
    if not any(manifests.of_kind("Namespace")):
        check, make = f"kubectl get namespace {namespace}", f"kubectl create namespace {namespace}"
        yield Need("Namespace", namespace, (), "every object is in it", check, make)


def _operators(manifests: Manifests) -> Iterator[Need]:
    for item in manifests.items:
        group, _, version = str(item.get("apiVersion", "")).rpartition("/")
        operator = next((name for suffix, name in _OPERATORS.items() if group == suffix), "")
        if not version or not operator:
            continue
        resource = f"{item['kind'].lower()}s.{group}"
        why = f"{item['kind']} {item['metadata']['name']} is rendered"
        yield Need(
            "CustomResourceDefinition",
            resource,
            (),
            why,
            f"kubectl get crd {resource}",
            f"install {operator}",
        )
        spec = item.get("spec") or {}
        for key in ("secretStoreRef", "issuerRef"):
            if reference := spec.get(key):
                kind, name = reference.get("kind", "Issuer"), reference["name"]
                where = "" if kind.startswith("Cluster") else f" -n {item['metadata']['namespace']}"
                check = f"kubectl get {kind.lower()} {name}{where}"
                yield Need(kind, name, (), f"{item['kind']} {item['metadata']['name']} names it", check, "")


def _secrets(manifests: Manifests, namespace: str) -> Iterator[Need]:
    made = {item["metadata"]["name"] for item in manifests.of_kind("SealedSecret")}
    made |= {(item["spec"].get("target") or {}).get("name") for item in manifests.of_kind("ExternalSecret")}
    made |= {item["spec"].get("secretName") for item in manifests.of_kind("Certificate")}
    keys: dict[str, dict[str, None]] = {}
    for volume in (each for pod in _pods(manifests) for each in pod.get("volumes") or ()):
        for source in _secret_sources(volume):
            name = source.get("secretName") or source.get("name")
            if name and name not in made and not source.get("optional"):
                named = keys.setdefault(name, {})
                named.update(dict.fromkeys(each["key"] for each in source.get("items") or ()))
    for pod in _pods(manifests):
        for container in (*(pod.get("initContainers") or ()), *pod["containers"]):
            for variable in container.get("env") or ():
                key = (variable.get("valueFrom") or {}).get("secretKeyRef")
                if key and key["name"] not in made and not key.get("optional"):
                    keys.setdefault(key["name"], {})[key["key"]] = None
    for name, of_it in keys.items():
        check = f"kubectl -n {namespace} describe secret {name}"
        yield Need("Secret", name, tuple(sorted(of_it)), "pods read it", check, _make(namespace, name, of_it))


def _secret_sources(volume: Object) -> Iterator[Manifest]:
    if "secret" in volume:
        yield volume["secret"]
    for source in (volume.get("projected") or {}).get("sources") or ():
        if "secret" in source:
            yield source["secret"]


def _make(namespace: str, name: str, keys: Iterable[str]) -> str:
    """From files with the names of the keys, so that no value is in a shell's history."""
    files = " ".join(f"--from-file={key}" for key in sorted(keys))
    return f"kubectl -n {namespace} create secret generic {name} {files}".rstrip()


def _pull_secrets(manifests: Manifests, namespace: str) -> Iterator[Need]:
    for pod in _pods(manifests):
        for each in pod.get("imagePullSecrets") or ():
            name = each["name"]
            check = f"kubectl -n {namespace} get secret {name}"
            how = "--type=kubernetes.io/dockerconfigjson --from-file=.dockerconfigjson"
            make = f"kubectl -n {namespace} create secret generic {name} {how}"
            yield Need("Secret", name, (".dockerconfigjson",), "images are pulled with it", check, make)


def _storage_classes(manifests: Manifests) -> Iterator[Need]:
    for item in manifests.of_kind("StatefulSet"):
        for claim in item["spec"].get("volumeClaimTemplates") or ():
            name = claim["spec"].get("storageClassName") or DEFAULT_CLASS
            check = "kubectl get storageclass" + ("" if name == DEFAULT_CLASS else f" {name}")
            yield Need("StorageClass", name, (), "claims are made of it", check, "")


def _priority_classes(manifests: Manifests) -> Iterator[Need]:
    for pod in _pods(manifests):
        name = pod.get("priorityClassName")
        if name and not name.startswith(_OF_THE_SYSTEM):
            make = f"kubectl create priorityclass {name} --value=1000000"
            why = "the API server refuses pods that name a missing one"
            yield Need("PriorityClass", name, (), why, f"kubectl get priorityclass {name}", make)


def _nodes(manifests: Manifests) -> Iterator[Need]:
    for pod in _pods(manifests):
        labels = {k: v for k, v in (pod.get("nodeSelector") or {}).items() if k not in _OF_EVERY_NODE}
        if labels:
            selector = ",".join(f"{key}={value}" for key, value in sorted(labels.items()))
            check = f"kubectl get nodes -l {selector}"
            yield Need("Nodes", f"with {selector}", (selector,), "pods run on no other", check, "")


def _pods(manifests: Manifests) -> Iterator[Object]:
    for item in manifests.items:
        if makes_pods(item):
            yield pod_template(item)["spec"]
