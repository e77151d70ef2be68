"""Resource quota name: the resources that a quota may name, and the kind of object that each counts.

Sources: standardQuotaResources and its neighbours in pkg/apis/core/helper/helpers.go; MatchingResources of the
evaluators in pkg/quota/v1/evaluator/core.
"""

from __future__ import annotations

import re

from redismanifests.core.pattern import pattern
from redismanifests.core.values.names import LABEL_KEY

PODS, CLAIMS, SERVICES = "pods", "persistentvolumeclaims", "services"
"""Resources of the API whose objects cost more than their number."""

COMPUTE = frozenset({"cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory"})
"""Resources that every container must set if a quota counts them."""

_DISK = frozenset({"ephemeral-storage", "requests.ephemeral-storage", "limits.ephemeral-storage"})
_SERVICE_PORTS = frozenset({"services.nodeports", "services.loadbalancers"})
COUNTED = frozenset({"configmaps", "resourcequotas", "replicationcontrollers", "secrets"})
"""Older names of object counts, without ``count/``."""

_WHOLE = COUNTED | _SERVICE_PORTS | {PODS, CLAIMS, SERVICES}
_STANDARD = COMPUTE | _DISK | _WHOLE | {"requests.storage"}
_HUGE_PAGES = ("hugepages-", "requests.hugepages-")
_OF_CLASS = pattern(r".*\.storageclass\.storage\.k8s\.io/(persistentvolumeclaims|requests\.storage)")

CLASS_SUFFIX = ".storageclass.storage.k8s.io/"
"""Separator between the name of a storage class and the counted resource of its claims."""


def name_fault(resource: str) -> str:
    """The reason why a quota may not name ``resource``; empty if it may."""
    if not re.fullmatch(LABEL_KEY.pattern, resource):
        return f"{resource!r} is no name of a resource"
    if "/" in resource or is_standard(resource):
        return ""
    return f"{resource} is neither a resource that quotas know nor has it a domain"


def is_standard(resource: str) -> bool:
    """Whether Kubernetes itself defines it; only these are compared with scopes."""
    return resource in _STANDARD or resource.startswith(_HUGE_PAGES)


def is_native(resource: str) -> bool:
    """Whether it belongs to Kubernetes, and not to a device: IsNativeResource."""
    return "/" not in resource or "kubernetes.io/" in resource


def is_extended(resource: str) -> bool:
    """Whether a container may request it although Kubernetes does not define it: IsExtendedResourceName."""
    if is_native(resource) or resource.startswith("requests."):
        return False
    return re.fullmatch(LABEL_KEY.pattern, f"requests.{resource}") is not None


def is_whole(resource: str) -> bool:
    """Whether its amounts are integers."""
    return resource in _WHOLE or is_extended(resource)


def count_name(plural: str) -> str:
    """Resources that count the objects of ``plural`` (``statefulsets.apps``)."""
    return f"count/{plural}"


def counted_for(plural: str, resource: str) -> bool:
    """Whether ``resource`` of a quota concerns objects of ``plural``: MatchingResources of its evaluator."""
    if resource == count_name(plural):
        return True
    if plural == PODS:
        device = resource.startswith("requests.") and not is_native(resource)
        return resource in COMPUTE | _DISK | {PODS} or resource.startswith(_HUGE_PAGES) or device
    if plural == CLAIMS:
        return resource in {CLAIMS, "requests.storage"} or _OF_CLASS.fullmatch(resource) is not None
    if plural == SERVICES:
        return resource in _SERVICE_PORTS | {SERVICES}
    return plural in COUNTED and resource == plural


def plural_of(api_version: str, kind: str) -> str:
    """The resource of a kind, with its group: ``apps/v1`` StatefulSet is ``statefulsets.apps``.

    Source: UnsafeGuessKindToResource in apimachinery pkg/api/meta/restmapper.go.
    """
    singular = kind.lower()
    if singular.endswith("endpoints"):
        plural = singular
    elif singular.endswith("s"):
        plural = f"{singular}es"
    elif singular.endswith("y"):
        plural = f"{singular[:-1]}ies"
    else:
        plural = f"{singular}s"
    group, slash, _ = api_version.partition("/")
    return f"{plural}.{group}" if slash else plural
