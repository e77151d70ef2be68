"""Permission: the Role that a drill needs, on top of what a verification reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.profile.formulas.drill import Kind
from redismanifests.prove.live.reading import role as reading_role

if TYPE_CHECKING:
    from collections.abc import Iterable

    from redismanifests.core.object import Object

_RBAC = "rbac.authorization.k8s.io"
_ALWAYS: tuple[dict[str, object], ...] = (
    {"apiGroups": ["batch"], "resources": ["jobs"], "verbs": ["create", "delete", "get", "list", "watch"]},
    {"apiGroups": [""], "resources": ["pods/log"], "verbs": ["get"]},
    {"apiGroups": [""], "resources": ["pods"], "verbs": ["delete"]},
    {
        "apiGroups": ["coordination.k8s.io"],
        "resources": ["leases"],
        "verbs": ["create", "get", "update", "patch", "delete"],
    },
)
_EVICT: dict[str, object] = {"apiGroups": [""], "resources": ["pods/eviction"], "verbs": ["create"]}
_CORDON: dict[str, object] = {"apiGroups": [""], "resources": ["nodes"], "verbs": ["get", "patch"]}


def role(objects: Iterable[Object], namespace: str, name: str, kind: Kind) -> tuple[Object, ...]:
    """Role and RoleBinding for a ServiceAccount of the same name; for a drain also what cordons a node."""
    read, binding = reading_role(objects, namespace, name)
    evict = (_EVICT,) if kind is Kind.DRAIN else ()
    whole = {**read, "rules": [*read["rules"], *_ALWAYS, *evict]}
    if kind is not Kind.DRAIN:
        return (whole, binding)
    cluster = f"{namespace}-{name}"
    subject = {"kind": "ServiceAccount", "name": name, "namespace": namespace}
    return (
        whole,
        binding,
        {
            "apiVersion": f"{_RBAC}/v1",
            "kind": "ClusterRole",
            "metadata": {"name": cluster},
            "rules": [_CORDON],
        },
        {
            "apiVersion": f"{_RBAC}/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": cluster},
            "roleRef": {"apiGroup": _RBAC, "kind": "ClusterRole", "name": cluster},
            "subjects": [subject],
        },
    )
