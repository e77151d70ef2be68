"""Generated quotas: ResourceQuotas that are partly used, and what is created under them, from a seed.

Amounts are few and small, so that most namespaces run full within a handful of objects, and many sums are exactly what
is allowed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster.generated import LADDERS, generated_pod, spelled

if TYPE_CHECKING:
    from random import Random

    from deployment import Manifest

ATTRIBUTES_CLASS_MINOR = POD_LEVEL_MINOR = 34
"""From here on the API server keeps the VolumeAttributesClass of a claim, and a pod's own resources."""

CLASSES = ("gold", "silver")
"""Storage, priority and volume attributes classes of the sample."""
HEAVY = {"cpu": "50m", "memory": "20M"}
"""What the runtime class `heavy` costs beside the containers."""

_COMPUTE = ("cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory")
_PODS = (
    *("pods", "count/pods"),
    *("ephemeral-storage", "requests.ephemeral-storage", "limits.ephemeral-storage"),
    *("hugepages-2Mi", "requests.hugepages-2Mi", "requests.example.com/gpu"),
)
_CLAIMS = (
    *("persistentvolumeclaims", "count/persistentvolumeclaims", "requests.storage"),
    *(f"{name}.storageclass.storage.k8s.io/requests.storage" for name in CLASSES),
    "gold.storageclass.storage.k8s.io/persistentvolumeclaims",
)
_SERVICES = ("services", "services.nodeports", "services.loadbalancers", "count/services")
_OBJECTS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "configmaps": ("v1", "ConfigMap", {}),
    "count/configmaps": ("v1", "ConfigMap", {}),
    "secrets": ("v1", "Secret", {}),
    "count/serviceaccounts": ("v1", "ServiceAccount", {}),
    "count/endpoints": ("v1", "Endpoints", {}),
    "count/statefulsets.apps": (
        "apps/v1",
        "StatefulSet",
        {
            "spec": {
                "serviceName": "s",
                "selector": {"matchLabels": {"a": "b"}},
                "template": {
                    "metadata": {"labels": {"a": "b"}},
                    "spec": {"containers": [{"name": "c", "image": "i"}]},
                },
            }
        },
    ),
    "count/poddisruptionbudgets.policy": (
        "policy/v1",
        "PodDisruptionBudget",
        {"spec": {"maxUnavailable": 1, "selector": {"matchLabels": {"a": "b"}}}},
    ),
    "count/networkpolicies.networking.k8s.io": (
        "networking.k8s.io/v1",
        "NetworkPolicy",
        {"spec": {"podSelector": {}}},
    ),
    "count/ingresses.networking.k8s.io": (
        "networking.k8s.io/v1",
        "Ingress",
        {"spec": {"defaultBackend": {"service": {"name": "s", "port": {"number": 80}}}}},
    ),
}
"""Objects of which only the number counts, by the name that quotas have for it."""

ALL_RESOURCES = (*_COMPUTE, *_PODS, *_CLAIMS, *_SERVICES, *_OBJECTS)
"""What the quotas of the sample count."""

_HARD_BYTES = (("256Mi",), ("300M", "0.3G"), ("512Mi", "0.5Gi"), ("1Gi", "1024Mi"), ("2G", "2e9"), ("6Gi",))
_HARD = {
    "cpu": (("300m", "0.3"), ("500m", ".5"), ("1", "1000m", "1.0"), ("2",), ("3500m",), ("8",)),
    "memory": _HARD_BYTES,
    "ephemeral-storage": _HARD_BYTES,
    "storage": (("2Gi",), ("5G", "5e9"), ("10Gi", "10240Mi"), ("30Gi",)),
    "hugepages-2Mi": (("2Mi",), ("6Mi",), ("16Mi", "16777216")),
    "example.com/gpu": (("1",), ("3",), ("8", "8.0")),
}
_NUMBERS = (("0",), ("1",), ("2", "2.0"), ("3",), ("5",))
NODE_PORT = 30000
"""The one that is asked for by number: such a Service must be gone before the next one comes."""

Case = dict[str, list["Manifest"]]
"""One namespace: `limitRanges`, `quotas` (each with its status), and `objects` in the order of their creation."""


def quota_case(random: Random, minor: int, objects: int = 6) -> Case:
    """One namespace for Kubernetes 1.``minor``."""
    names = random.choice((("q",), ("q",), ("a-q", "b-q"), ("a-q", "b-q", "c-q")))
    quotas = [_quota(random, name, minor) for name in names]
    return {
        "limitRanges": [_defaults(random)] if random.random() < 0.4 else [],
        "quotas": quotas,
        "objects": [_object(random, f"o{number}", quotas, minor) for number in range(objects)],
    }


def _quota(random: Random, name: str, minor: int) -> Manifest:
    spec: dict[str, Any] = {}
    scopes = _scopes(random, minor) if random.random() < 0.35 else {}
    if scopes:
        spec |= scopes
        families = [_scoped(scopes)]
    else:
        families = random.sample([(*_COMPUTE, *_PODS), _COMPUTE, _CLAIMS, _SERVICES, tuple(_OBJECTS)], k=2)
    names = {resource for family in families for resource in _some(random, family)}
    if random.random() < 0.06:
        # Some owners of a namespace get their quota refused.
        names.add(
            random.choice((*_COMPUTE, *_PODS, *_CLAIMS, "storage", "disk", "limits.gpu", "a b", "x.y/z"))
        )
    spec["hard"] = {resource: _allowed(random, resource) for resource in sorted(names)}
    used = {resource: _used(random, resource, spec["hard"][resource]) for resource in spec["hard"]}
    return {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": name},
        "spec": spec,
        "status": {"hard": spec["hard"], "used": used},
    }


def _some(random: Random, family: tuple[str, ...]) -> list[str]:
    return random.sample(family, k=random.randint(1, min(4, len(family))))


def _scopes(random: Random, minor: int) -> dict[str, Any]:
    plain = random.choice(
        ("Terminating", "NotTerminating", "BestEffort", "NotBestEffort", "CrossNamespacePodAffinity")
    )
    kind = random.random()
    if kind < 0.4:
        more = random.choice(((), (), ("NotBestEffort",), ("Terminating",), ("PriorityClass",)))
        return {"scopes": sorted({plain, *more})}
    if kind < 0.5:
        return {"scopeSelector": {"matchExpressions": [{"scopeName": plain, "operator": "Exists"}]}}
    by_class = (
        "VolumeAttributesClass"
        if random.random() < (0.3 if minor >= ATTRIBUTES_CLASS_MINOR else 0.05)
        else "PriorityClass"
    )
    operator = random.choice(("In", "In", "NotIn", "Exists", "DoesNotExist"))
    expression: dict[str, Any] = {"scopeName": by_class, "operator": operator}
    if (operator in {"In", "NotIn"}) != (random.random() < 0.03):
        expression["values"] = random.sample(CLASSES, k=random.choice((1, 1, 2)))
    return {"scopeSelector": {"matchExpressions": [expression]}}


def _scoped(scopes: dict[str, Any]) -> tuple[str, ...]:
    text = str(scopes)
    if "VolumeAttributesClass" in text:
        return ("persistentvolumeclaims", "requests.storage")
    return ("pods",) if "'BestEffort'" in text else (*_COMPUTE, "pods")


def _allowed(random: Random, resource: str) -> str:
    if random.random() < 0.01:
        return random.choice(("-1", "1500m", "0.5"))
    return spelled(random, random.choice(_HARD.get(_base(resource), _NUMBERS)))


def _used(random: Random, resource: str, allowed: str) -> str:
    """What others took: mostly little, now and then all of it or more."""
    kind = random.random()
    if kind < 0.55:
        return "0"
    if kind < 0.65:
        return allowed
    base = _base(resource)
    return spelled(random, random.choice(LADDERS[base][:4] if base in LADDERS else _NUMBERS[:3]))


def _base(resource: str) -> str:
    """The resource of a container or claim that a quota counts under this name."""
    if resource.endswith("requests.storage"):
        return "storage"
    return resource.removeprefix("requests.").removeprefix("limits.")


def _defaults(random: Random) -> Manifest:
    """A LimitRange that fills in what containers do not say, and refuses nothing."""
    item: dict[str, Any] = {"type": "Container"}
    for resource in ("cpu", "memory"):
        low, high = sorted(random.choices(range(4), k=2))
        if random.random() < 0.7:
            item.setdefault("defaultRequest", {})[resource] = spelled(random, LADDERS[resource][low])
        if random.random() < 0.5:
            item.setdefault("default", {})[resource] = spelled(random, LADDERS[resource][high])
    return {
        "apiVersion": "v1",
        "kind": "LimitRange",
        "metadata": {"name": "defaults"},
        "spec": {"limits": [item]},
    }


def _object(random: Random, name: str, quotas: list[Manifest], minor: int) -> Manifest:
    """Mostly of a kind that one of the quotas counts."""
    counted = random.choice(sorted(random.choice(quotas)["spec"]["hard"]))
    if random.random() < 0.15:
        counted = random.choice(("pods", "requests.storage", "services", "secrets"))
    if counted in _OBJECTS:
        api_version, kind, rest = _OBJECTS[counted]
        return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name}, **rest}
    if counted in _SERVICES:
        return _service(random, name)
    if counted in _CLAIMS:
        return _claim(random, name, minor)
    return _pod(random, name, minor)


def _pod(random: Random, name: str, minor: int) -> Manifest:
    pod = generated_pod(random, name)
    spec = pod["spec"]
    if random.random() < 0.12:
        for container in spec["containers"]:
            container.pop("resources", None)
        spec.pop("initContainers", None)
    if random.random() < 0.08:
        spec["containers"][0]["resources"] = {"requests": {"cpu": "0", "memory": "0"}}
    if random.random() < 0.25:
        spec["activeDeadlineSeconds"] = random.choice((1, 3600))
    if random.random() < 0.35:
        spec["priorityClassName"] = random.choice((*CLASSES, "bronze"))
    if random.random() < 0.2:
        spec["affinity"] = _affinity(random)
    if random.random() < 0.1:
        spec |= {"runtimeClassName": "heavy", "overhead": HEAVY}
    if minor >= POD_LEVEL_MINOR and random.random() < 0.12:
        limits = random.choice(({}, {"limits": {"cpu": "21"}}, {"limits": {"cpu": "20", "memory": "50Gi"}}))
        spec["resources"] = {"requests": {"cpu": "20", "memory": "40Gi"}, **limits}
    return pod


def _affinity(random: Random) -> dict[str, Any]:
    term: dict[str, Any] = {
        "topologyKey": "kubernetes.io/hostname",
        "labelSelector": {"matchLabels": {"a": "b"}},
    }
    term |= random.choice(({}, {"namespaces": ["other"]}, {"namespaces": []}, {"namespaceSelector": {}}))
    if random.random() < 0.5:
        rule: dict[str, Any] = {"requiredDuringSchedulingIgnoredDuringExecution": [term]}
    else:
        rule = {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 1, "podAffinityTerm": term}]}
    return {random.choice(("podAffinity", "podAntiAffinity")): rule}


def _claim(random: Random, name: str, minor: int) -> Manifest:
    storage = random.choice(("1500m", "0.5", *("",) * 20)) or spelled(
        random, random.choice(LADDERS["storage"])
    )
    spec: dict[str, Any] = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": storage}},
    }
    metadata: dict[str, Any] = {"name": name}
    kind = random.random()
    if kind < 0.6:
        spec["storageClassName"] = random.choice((*CLASSES, "bronze", ""))
    elif kind < 0.7:
        metadata["annotations"] = {"volume.beta.kubernetes.io/storage-class": random.choice(CLASSES)}
    if minor >= ATTRIBUTES_CLASS_MINOR and random.random() < 0.4:
        spec["volumeAttributesClassName"] = random.choice((*CLASSES, "bronze"))
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata, "spec": spec}


def _service(random: Random, name: str) -> Manifest:
    kind = random.choice(("ClusterIP", "NodePort", "LoadBalancer", "LoadBalancer", "ExternalName"))
    ports = [{"name": f"p{number}", "port": 80 + number} for number in range(random.choice((1, 1, 2, 3)))]
    spec: dict[str, Any] = {"type": kind, "ports": ports}
    if kind == "ExternalName":
        spec["externalName"] = "example.com"
    if kind == "LoadBalancer" and random.random() < 0.5:
        spec["allocateLoadBalancerNodePorts"] = False
        if random.random() < 0.5:
            ports[0]["nodePort"] = NODE_PORT
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": spec}
