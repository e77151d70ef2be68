"""Profile: the root of what a user writes: typed, frozen, complete.

`parse` turns a document into a Profile or into findings, all of them at once.
"""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from redismanifests.core.pattern import pattern
from redismanifests.core.setting import Section, required, section, setting
from redismanifests.core.sources.source import Number
from redismanifests.core.values.mark import BeforeValidator
from redismanifests.core.values.names import SERVICE_NAME, Namespace
from redismanifests.features.addressing.settings import Addressing
from redismanifests.features.alerts.settings import Monitoring
from redismanifests.features.auth.settings import Auth
from redismanifests.features.backup.settings import Backup
from redismanifests.features.disruption.settings import Disruption
from redismanifests.features.exporter.settings import Exporters
from redismanifests.features.migration.settings import Migration
from redismanifests.features.namespace.settings import NamespaceObjects
from redismanifests.features.network_policy.settings import NetworkPolicies
from redismanifests.features.pod.settings import Pods
from redismanifests.features.probe.settings import Probes
from redismanifests.features.recovery.settings import Recovery
from redismanifests.features.redis.settings import Redis
from redismanifests.features.requirement.settings import Requirement
from redismanifests.features.restore.settings import Restore
from redismanifests.features.sentinel.settings import Sentinel
from redismanifests.features.service.settings import Services
from redismanifests.features.spread.settings import Spread
from redismanifests.features.storage.settings import Storage
from redismanifests.features.tls.settings import Tls
from redismanifests.features.waiver.settings import Waiver
from redismanifests.profile.formulas.engine import EngineName
from redismanifests.profile.formulas.platform import PlatformName

Minor = Literal["1.27", "1.28", "1.29", "1.30", "1.31", "1.32", "1.33", "1.34", "1.35", "1.36", "1.37"]
"""Kubernetes from the first that keeps claims as asked (persistentVolumeClaimRetentionPolicy, on since 1.27) to the
newest whose schemas travel with the package."""


_WRITTEN = pattern(r"v?(\d+)\.(\d+)(?:[.+-].*)?")
"""A version as `kubectl version` and providers print it: v1.32.4-gke.1106000, v1.32.4+k3s1."""


def _minor(value: object) -> object:
    """The minor version of what was written; ValueError with the one to write, where that can be said."""
    # YAML reads 1.30 as a number; the text that was written is still known.
    text = str(value) if isinstance(value, Number) else value
    known = get_args(Minor)
    match = _WRITTEN.fullmatch(text) if isinstance(text, str) else None
    if match is None or text in known:
        return text
    minor, oldest, newest = (int(match[1]), int(match[2])), known[0], known[-1]
    if f"{match[1]}.{match[2]}" in known:
        raise ValueError(f"{text} is more than a minor version: write {match[1]}.{match[2]}")
    if minor > tuple(int(part) for part in newest.split(".")):
        raise ValueError(
            f"{text} is newer than the schemas that are known here, which end with {newest}: write {newest}, which"
            " judges all but what is new, or use a newer redismanifests"
        )
    raise ValueError(
        f"{text} is older than {oldest}, the first whose StatefulSets keep their claims as asked: write {oldest} or"
        " newer, and upgrade the cluster first"
    )


KubernetesVersion = Annotated[Minor, BeforeValidator(_minor)]

DeploymentName = Annotated[str, SERVICE_NAME._replace(what="a deployment's name", longest=40)]
"""What is hung on it must stay a name: `-sentinel-headless`, and a label with pod number and revision (63 in all)."""


class Profile(Section):
    """A deployment of Redis with Sentinel."""

    schema_version: Literal[1] = setting(1, "Version of this format.", why="the only one so far")
    name: DeploymentName = required("Name of the deployment: objects are named after it.", examples=["redis"])
    namespace: Namespace = required("Namespace of every object.", examples=["shop"])
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
    platform: PlatformName = setting(
        "kubernetes",
        "kubernetes: users and groups of containers are fixed; openshift: the namespace assigns them.",
        why="a fixed user is the same on every cluster, and the kubelet refuses an image's root user",
        source="docs/openshift.md",
    )
    engine: EngineName = setting(
        "redis", "Server: redis or valkey.", why="what the `jewelry-shop` deployment runs"
    )
    addressing: Addressing = section(Addressing, "How members name each other.")
    services: Services = section(Services, "Services of both workloads.")
    redis: Redis = section(Redis, "The data pods.")
    sentinel: Sentinel = section(Sentinel, "The pods that elect.")
    recovery: Recovery = section(Recovery, "What was promised to users.")
    exporters: Exporters = section(Exporters, "Prometheus exporters.")
    monitoring: Monitoring = section(Monitoring, "What Prometheus scrapes and evaluates.")
    probes: Probes = section(Probes, "When a container counts as started, alive, ready.")
    pods: Pods = section(Pods, "What all pods share.")
    spread: Spread = section(Spread, "Which pods may share a node or a zone.")
    disruption: Disruption = section(Disruption, "PodDisruptionBudgets.")
    storage: Storage = section(Storage, "What all claims share.")
    network_policy: NetworkPolicies = section(NetworkPolicies, "Who may reach whom.")
    auth: Auth = section(Auth, "Passwords and accounts.")
    tls: Tls = section(Tls, "Encryption of every connection.")
    backup: Backup | None = setting(
        None, "Backups of the data; left out: none.", why="only the team knows a store outside of the cluster"
    )
    restore: Restore | None = setting(
        None,
        "A backup with which a new deployment starts; left out: it starts empty.",
        why="only a person knows that data is missing",
    )
    migration: Migration | None = setting(
        None,
        "A deployment that runs, whose data move here; left out: none.",
        why="only a person knows that there is one",
    )
    requirements: tuple[Requirement, ...] = setting(
        (),
        "Requirements of the deployment, for the report of `verify` (docs/report.md).",
        examples=[[{"id": "23.8", "text": "Redis with Sentinel", "probes": ["PB010", "PB022"]}]],
    )
    waivers: tuple[Waiver, ...] = setting(
        (),
        "Findings that may stay, each with its reason.",
        examples=[[{"finding": "RM021", "reason": "the shop closes at night"}]],
    )
