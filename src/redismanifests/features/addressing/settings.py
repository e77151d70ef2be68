"""Addressing: how members name each other: by a Service of their own, or by their host name.

One switch for every line that depends on it. If Redis announces host names and Sentinel does not resolve them,
Sentinel finds no replica.
"""

from __future__ import annotations

from typing import Literal

from redismanifests.core.setting import Section, setting
from redismanifests.core.values.names import ClusterDomain


class Addressing(Section):
    """How Redis and Sentinel announce themselves."""

    mode: Literal["service", "hostname"] = setting(
        "service",
        "service: each pod has a ClusterIP Service of its own and announces its address; no DNS in Sentinel's way. "
        "hostname: pods announce their stable names behind the headless Service.",
        why="a DNS outage while the master dies costs 7 s with Services, and 64 to 109 s with host names",
        source="measured on Kubernetes 1.32, three nodes (docs/measurements/kubernetes.md)",
    )
    cluster_domain: ClusterDomain = setting(
        "cluster.local",
        "The cluster's DNS domain.",
        why="what kubeadm, k3s and the clouds set",
        source="kubeadm",
    )
