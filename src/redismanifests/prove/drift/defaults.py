"""Defaults: the values that the API server sets for fields that a manifest does not set.

Sources: SetDefaults_* in pkg/apis/core/v1/defaults.go, pkg/apis/apps/v1/defaults.go, pkg/apis/batch/v1/defaults.go,
pkg/apis/networking/v1/defaults.go
of Kubernetes 1.32. Fields of later versions are recognized by their owner (owner.py).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from redismanifests.core.object import Object


_TEMPLATE = r"spec\.(?:jobTemplate\.spec\.)?template\.spec"
_CONTAINER = rf"{_TEMPLATE}\.(?:initContainers|containers)\[\]"
_PROBE = rf"{_CONTAINER}\.(?:startup|readiness|liveness)Probe"
_HTTP = rf"(?:{_PROBE}|{_CONTAINER}\.lifecycle\.(?:preStop|postStart))\.httpGet"
_VOLUME = rf"{_TEMPLATE}\.volumes\[\]"

PROBE_DEFAULTS = {"timeoutSeconds": 1, "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3}

_ANY = object()
"""The API server chooses the value once, and stores it."""

_KNOWN: tuple[tuple[str, str, Any], ...] = (
    ("StatefulSet", r"spec\.podManagementPolicy", "OrderedReady"),
    ("StatefulSet", r"spec\.revisionHistoryLimit", 10),
    ("StatefulSet", r"spec\.replicas", 1),
    ("StatefulSet", r"spec\.updateStrategy\.type", "RollingUpdate"),
    ("StatefulSet", r"spec\.updateStrategy\.rollingUpdate\.partition", 0),
    # From 1.35 on (MaxUnavailableStatefulSet).
    ("StatefulSet", r"spec\.updateStrategy\.rollingUpdate\.maxUnavailable", 1),
    ("StatefulSet", r"spec\.persistentVolumeClaimRetentionPolicy\.when(?:Deleted|Scaled)", "Retain"),
    ("StatefulSet", r"spec\.volumeClaimTemplates\[\]\.apiVersion", "v1"),
    ("StatefulSet", r"spec\.volumeClaimTemplates\[\]\.kind", "PersistentVolumeClaim"),
    ("StatefulSet", r"spec\.volumeClaimTemplates\[\]\.spec\.volumeMode", "Filesystem"),
    ("StatefulSet", r"spec\.volumeClaimTemplates\[\]\.status\.phase", "Pending"),
    ("CronJob", r"spec\.suspend", False),
    ("", rf"{_TEMPLATE}\.restartPolicy", "Always"),
    ("", rf"{_TEMPLATE}\.dnsPolicy", "ClusterFirst"),
    ("", rf"{_TEMPLATE}\.schedulerName", "default-scheduler"),
    ("", rf"{_TEMPLATE}\.terminationGracePeriodSeconds", 30),
    ("", rf"{_CONTAINER}\.terminationMessagePath", "/dev/termination-log"),
    ("", rf"{_CONTAINER}\.terminationMessagePolicy", "File"),
    ("", rf"{_CONTAINER}\.ports\[\]\.protocol", "TCP"),
    ("", rf"{_CONTAINER}\.env\[\]\.valueFrom\.fieldRef\.apiVersion", "v1"),
    *(("", rf"{_PROBE}\.{field}", value) for field, value in PROBE_DEFAULTS.items()),
    ("", rf"{_HTTP}\.scheme", "HTTP"),
    ("", rf"{_HTTP}\.path", "/"),
    ("", rf"{_VOLUME}\.(?:configMap|secret|projected|downwardAPI)\.defaultMode", 0o644),
    ("", rf"{_VOLUME}\.projected\.sources\[\]\.serviceAccountToken\.expirationSeconds", 3600),
    ("Service", r"spec\.type", "ClusterIP"),
    ("Service", r"spec\.sessionAffinity", "None"),
    ("Service", r"spec\.sessionAffinityConfig\.clientIP\.timeoutSeconds", 10800),
    ("Service", r"spec\.internalTrafficPolicy", "Cluster"),
    ("Service", r"spec\.externalTrafficPolicy", "Cluster"),
    ("Service", r"spec\.allocateLoadBalancerNodePorts", True),
    ("Service", r"spec\.ipFamilyPolicy", "SingleStack"),
    ("Service", r"spec\.(?:clusterIPs?|ipFamilies|healthCheckNodePort)", _ANY),
    ("Service", r"spec\.ports\[\]\.protocol", "TCP"),
    ("Service", r"spec\.ports\[\]\.nodePort", _ANY),
    ("NetworkPolicy", r"spec\.(?:ingress|egress)\[\]\.ports\[\]\.protocol", "TCP"),
    ("NetworkPolicy", r"spec\.policyTypes", ["Ingress"]),
    ("Namespace", r"spec\.finalizers", ["kubernetes"]),
)
_TABLE = tuple((kind, re.compile(pattern), value) for kind, pattern, value in _KNOWN)


def is_default(kind: str, path: str, value: object, beside: Object) -> bool:
    """Whether ``value`` is a default of the API server; ``beside`` are the other fields of the same mapping.

    ``path`` has ``[]`` for each item of a list.
    """
    if path.endswith(".serviceAccount"):
        return value == beside.get("serviceAccountName")
    if path.endswith("].imagePullPolicy"):
        return value == _pull_policy(str(beside.get("image", "")))
    if kind == "Service" and path == "spec.ports[].targetPort":
        return value == beside.get("port")
    return any(
        (default is _ANY or value == default) and seen.fullmatch(path)
        for of_kind, seen, default in _TABLE
        if of_kind in ("", kind)
    )


def _pull_policy(image: str) -> str:
    """SetDefaults_Container: by the tag."""
    tag = image.rpartition("/")[2].partition("@")[0].partition(":")[2]
    return "IfNotPresent" if "@" in image or tag not in ("", "latest") else "Always"


_OTHERS_KEYS = re.compile(
    r"kubectl\.kubernetes\.io/(?:last-applied-configuration|restartedAt)|kubernetes\.io/(?:metadata\.name|change-cause)"
    r"|(?:argocd\.argoproj|[a-z]+\.toolkit\.fluxcd)\.io/.*|meta\.helm\.sh/.*|objectset\.rio\.cattle\.io/.*"
)
"""Labels and annotations of kubectl (``rollout restart`` included), Argo CD, Flux, Helm and the API server."""


def is_bookkeeping(key: str) -> bool:
    """Whether a label or annotation belongs to a tool, and does not concern the deployment."""
    return bool(_OTHERS_KEYS.fullmatch(key))
