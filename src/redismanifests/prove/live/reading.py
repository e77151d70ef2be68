"""Reading: the kinds of objects that a verification reads, and the Role that this needs.

Both come from one table, so that they cannot differ. Secrets are in neither: a verification must not need passwords.
With `--secrets`, the Secrets that the pods mount are read by name, for the names of their keys.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.judge.admission.resource_quota.resource_quota_name import plural_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from redismanifests.core.object import Manifest, Object

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
"""Kind and version: rendered objects, those that controllers create from them, and limits of the namespace."""
NEVER = frozenset({"Secret"})
_CLUSTER = frozenset({"Namespace"})
"""Kinds of the cluster; the namespace itself is read by its name."""
_OWN = (".k8s.io", "apps", "policy", "batch", "autoscaling")
"""API groups of every Kubernetes; the cluster may not have a kind of another group."""


def resources(objects: Iterable[Object]) -> dict[str, str]:
    """Kind -> resource (``statefulsets.apps``) of everything that is listed for these objects."""
    kinds = _ALWAYS | {item["kind"]: item["apiVersion"] for item in objects}
    return {
        kind: plural_of(version, kind)
        for kind, version in kinds.items()
        if kind not in NEVER and kind not in _CLUSTER
    }


def is_builtin(resource: str) -> bool:
    """Whether every Kubernetes has the resource."""
    _, _, group = resource.partition(".")
    return not group or group in _OWN or group.endswith(_OWN[0])


def rules(objects: Iterable[Object], secrets: Sequence[str] = ()) -> tuple[Manifest, ...]:
    """The rules of the Role, one for each group and set of verbs; ``secrets`` by name, if they may be read."""
    groups: dict[str, list[str]] = {}
    for resource in resources(objects).values():
        name, _, group = resource.partition(".")
        groups.setdefault(group, []).append(name)
    listed = (
        {"apiGroups": [group], "resources": sorted(names), "verbs": ["list"]}
        for group, names in groups.items()
    )
    named = {"apiGroups": [""], "resources": ["secrets"], "resourceNames": sorted(secrets), "verbs": ["get"]}
    return (
        *listed,
        *([named] if secrets else []),
        # kubectl exec reads the pod first.
        {"apiGroups": [""], "resources": ["namespaces", "pods"], "verbs": ["get"]},
        {"apiGroups": [""], "resources": ["pods/exec"], "verbs": ["create"]},
    )


def role(
    objects: Iterable[Object], namespace: str, name: str, secrets: Sequence[str] = ()
) -> tuple[Object, Object]:
    """A Role with exactly the needed permissions, and a RoleBinding to a ServiceAccount of the same name."""
    group = "rbac.authorization.k8s.io"
    metadata = {"name": name, "namespace": namespace}
    return (
        {
            "apiVersion": f"{group}/v1",
            "kind": "Role",
            "metadata": metadata,
            "rules": list(rules(objects, secrets)),
        },
        {
            "apiVersion": f"{group}/v1",
            "kind": "RoleBinding",
            "metadata": metadata,
            "roleRef": {"apiGroup": group, "kind": "Role", "name": name},
            "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": namespace}],
        },
    )
