"""Resource quota name: which resources a quota may name, and which kind of object each of them counts.

Sources: standardQuotaResources and its neighbours in pkg/apis/core/helper/helpers.go; MatchingResources of the
evaluators in pkg/quota/v1/evaluator/core. What must not come in: amounts.
"""

from __future__ import annotations

import re

from redismanifests.core.names import LABEL_KEY

PODS, CLAIMS, SERVICES = "pods", "persistentvolumeclaims", "services"
"""Resources of the API whose objects cost more than their number."""

COMPUTE = frozenset({"cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory"})
"""What every container must say where a quota counts it."""

_DISK = frozenset({"ephemeral-storage", "requests.ephemeral-storage", "limits.ephemeral-storage"})
_SERVICE_PORTS = frozenset({"services.nodeports", "services.loadbalancers"})
COUNTED = frozenset({"configmaps", "resourcequotas", "replicationcontrollers", "secrets"})
"""Object counts from before ``count/``, under names of their own."""

_WHOLE = COUNTED | _SERVICE_PORTS | {PODS, CLAIMS, SERVICES}
_STANDARD = COMPUTE | _DISK | _WHOLE | {"requests.storage"}
_HUGE_PAGES = ("hugepages-", "requests.hugepages-")
_OF_CLASS = re.compile(r".*\.storageclass\.storage\.k8s\.io/(persistentvolumeclaims|requests\.storage)")

CLASS_SUFFIX = ".storageclass.storage.k8s.io/"
"""Between the name of a storage class and what of its claims is counted."""


def name_fault(resource: str) -> str:
    """Why a quota may not name ``resource``; empty where it may."""
    if not re.fullmatch(LABEL_KEY.pattern, resource):
        return f"{resource!r} is no name of a resource"
    if "/" in resource or is_standard(resource):
        return ""
    return f"{resource} is neither a resource that quotas know nor has it a domain"


def is_standard(resource: str) -> bool:
    """Whether Kubernetes itself defines it; scopes are held against these alone."""
    return resource in _STANDARD or resource.startswith(_HUGE_PAGES)


def is_native(resource: str) -> bool:
    """Whether it belongs to Kubernetes, and not to a device: IsNativeResource."""
    return "/" not in resource or "kubernetes.io/" in resource


def is_extended(resource: str) -> bool:
    """Whether a container may ask for it although Kubernetes does not know it: IsExtendedResourceName."""
    if is_native(resource) or resource.startswith("requests."):
        return False
    return re.fullmatch(LABEL_KEY.pattern, f"requests.{resource}") is not None


def is_whole(resource: str) -> bool:
    """Whether there are no halves of it."""
    return resource in _WHOLE or is_extended(resource)


def count_name(plural: str) -> str:
    """What counts the objects of ``plural`` (``statefulsets.apps``)."""
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
