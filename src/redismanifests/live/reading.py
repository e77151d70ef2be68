"""Reading: which kinds of objects a verification reads, and the Role that this needs.

Why: questions and the permission for them must not drift apart, so both come from one table. Secrets are in neither:
nobody should have to hand out passwords to have a deployment looked at. What must not come in: asking.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from redismanifests.admission.resource_quota_name import plural_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from redismanifests.probes.askable import Object

_ALWAYS = {
    "Pod": "v1",
    "Service": "v1",
    "ConfigMap": "v1",
    "ServiceAccount": "v1",
    "PersistentVolumeClaim": "v1",
    "LimitRange": "v1",
    "StatefulSet": "apps/v1",
    "PodDisruptionBudget": "policy/v1",
    "EndpointSlice": "discovery.k8s.io/v1",
    "NetworkPolicy": "networking.k8s.io/v1",
}
"""Kind and version: what we render, what follows from it, and what the namespace asks of it."""
NEVER = frozenset({"Secret"})
_CLUSTER = frozenset({"Namespace"})
"""Belong to no namespace; the namespace itself is read by its name."""
_OWN = (".k8s.io", "apps", "policy", "batch", "autoscaling")
"""Groups that every Kubernetes has; a kind of any other may not be known to the cluster."""


def resources(objects: Iterable[Object]) -> dict[str, str]:
    """Kind -> resource (``statefulsets.apps``) of all that is listed for a deployment of these objects."""
    kinds = _ALWAYS | {item["kind"]: item["apiVersion"] for item in objects}
    return {
        kind: plural_of(version, kind)
        for kind, version in kinds.items()
        if kind not in NEVER and kind not in _CLUSTER
    }


def is_builtin(resource: str) -> bool:
    """Whether every Kubernetes knows the resource."""
    _, _, group = resource.partition(".")
    return not group or group in _OWN or group.endswith(_OWN[0])


def rules(objects: Iterable[Object]) -> tuple[dict[str, Any], ...]:
    """The rules of the Role, one for each group and set of verbs."""
    groups: dict[str, list[str]] = {}
    for resource in resources(objects).values():
        name, _, group = resource.partition(".")
        groups.setdefault(group, []).append(name)
    listed = (
        {"apiGroups": [group], "resources": sorted(names), "verbs": ["list"]}
        for group, names in groups.items()
    )
    return (
        *listed,
        # kubectl exec reads the pod first.
        {"apiGroups": [""], "resources": ["namespaces", "pods"], "verbs": ["get"]},
        {"apiGroups": [""], "resources": ["pods/exec"], "verbs": ["create"]},
    )


def role(objects: Iterable[Object], namespace: str, name: str) -> tuple[Object, Object]:
    """A Role with exactly what is needed, and the RoleBinding that gives it to a ServiceAccount of the same name."""
    group = "rbac.authorization.k8s.io"
    metadata = {"name": name, "namespace": namespace}
    return (
        {"apiVersion": f"{group}/v1", "kind": "Role", "metadata": metadata, "rules": list(rules(objects))},
        {
            "apiVersion": f"{group}/v1",
            "kind": "RoleBinding",
            "metadata": metadata,
            "roleRef": {"apiGroup": group, "kind": "Role", "name": name},
            "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": namespace}],
        },
    )
