"""Profile: the root of what a user writes: typed, frozen, complete.

`parse` turns a document into a Profile or into findings, all of them at once. What must not come in: whether values fit
together (rules), what is rendered from them (features).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator

from redismanifests.core.names import SERVICE_NAME, Namespace
from redismanifests.core.setting import Section, section, setting
from redismanifests.core.source import Number
from redismanifests.facts.engine import EngineName
from redismanifests.features.addressing import Addressing
from redismanifests.features.auth import Auth
from redismanifests.features.disruption import Disruption
from redismanifests.features.exporter import Exporters
from redismanifests.features.namespace import NamespaceObjects
from redismanifests.features.network_policy import NetworkPolicies
from redismanifests.features.pod import Pods
from redismanifests.features.probe import Probes
from redismanifests.features.recovery import Recovery
from redismanifests.features.redis import Redis
from redismanifests.features.requirement import Requirement
from redismanifests.features.sentinel import Sentinel
from redismanifests.features.service import Services
from redismanifests.features.spread import Spread
from redismanifests.features.storage import Storage
from redismanifests.features.tls import Tls
from redismanifests.features.waiver import Waiver

Minor = Literal["1.27", "1.28", "1.29", "1.30", "1.31", "1.32", "1.33", "1.34", "1.35", "1.36", "1.37"]
"""Kubernetes from the first that keeps claims as asked (persistentVolumeClaimRetentionPolicy, on since 1.27) to the
newest whose schemas travel with the package."""


def _unquoted(value: object) -> object:
    # YAML reads 1.30 as a number; the text that was written is still known.
    return str(value) if isinstance(value, Number) else value


KubernetesVersion = Annotated[Minor, BeforeValidator(_unquoted)]

DeploymentName = Annotated[str, SERVICE_NAME._replace(what="a deployment's name", longest=40)]
"""What is hung on it must stay a name: `-sentinel-headless`, and a label with pod number and revision (63 in all)."""


class Profile(Section):
    """A deployment of Redis with Sentinel."""

    schema_version: Literal[1] = setting(1, "Version of this format.", why="the only one so far")
    name: DeploymentName = setting(
        ..., "Name of the deployment: objects are named after it.", examples=["redis"]
    )
    namespace: Namespace = setting(..., "Namespace of every object.", examples=["shop"])
    kubernetes_version: KubernetesVersion = setting(
        "1.32",
        "Minor version of the cluster: its schema judges, and its way to store objects is rendered.",
        why="the one the start-up design was measured on",
    )
    limits: tuple[str, ...] = setting(
        (),
        "Files with what the namespace demands (LimitRange, ResourceQuota, Namespace), as `kubectl get "
        "limitrange,resourcequota -o yaml` prints it, relative to the profile.",
        examples=[["limits/shop.yaml"]],
    )
    namespace_objects: NamespaceObjects = section(NamespaceObjects, "Objects of the namespace itself.")
    engine: EngineName = setting("redis", "Server: redis or valkey.", why="what the reference runs")
    addressing: Addressing = section(Addressing, "How members name each other.")
    services: Services = section(Services, "Services of both workloads.")
    redis: Redis = section(Redis, "The data pods.")
    sentinel: Sentinel = section(Sentinel, "The pods that elect.")
    recovery: Recovery = section(Recovery, "What was promised to users.")
    exporters: Exporters = section(Exporters, "Prometheus exporters.")
    probes: Probes = section(Probes, "When a container counts as started, alive, ready.")
    pods: Pods = section(Pods, "What all pods share.")
    spread: Spread = section(Spread, "Which pods may share a node or a zone.")
    disruption: Disruption = section(Disruption, "PodDisruptionBudgets.")
    storage: Storage = section(Storage, "What all claims share.")
    network_policy: NetworkPolicies = section(NetworkPolicies, "Who may reach whom.")
    auth: Auth = section(Auth, "Passwords and accounts.")
    tls: Tls = section(Tls, "Encryption of every connection.")
    requirements: tuple[Requirement, ...] = setting(
        (),
        "What the deployment was asked for, for the report of `verify`; none means the four of the reference "
        "(docs/report.md).",
        examples=[[{"id": "23.8", "text": "Redis with Sentinel", "probes": ["PB010", "PB022"]}]],
    )
    waivers: tuple[Waiver, ...] = setting(
        (),
        "Findings that may stay, each with its reason.",
        examples=[[{"finding": "RM021", "reason": "the shop closes at night"}]],
    )
