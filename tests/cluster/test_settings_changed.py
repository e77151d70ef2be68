"""Every setting changed on a deployment that is there: the API server takes the update, or the field is immutable."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml12

from cluster.api import APPLY, DRY_RUN
from cluster.namespace import REFERENCE_LIMITS, RESTRICTED, Namespace
from cluster.rendering import profile_for
from deployment import MINIMAL
from redismanifests.core.findings import Severity
from redismanifests.judge.review import review
from redismanifests.profile.effective import effective

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cluster.api import Answer, Api
    from deployment import Manifest
    from redismanifests.judge.review import Review

pytestmark = pytest.mark.cluster

STORE = {
    "kind": "s3",
    "bucket": "backups",
    "endpoint": "https://s3.example.com",
    "secretName": "backup-login",
}

CHANGES: dict[str, Any] = {
    "kubernetesVersion": "1.31",
    "limits": ["limits/jewelry-shop.yaml"],
    "namespaceObjects.namespace": True,
    "namespaceObjects.limitRange": True,
    "namespaceObjects.podSecurity": "baseline",
    "engine": "valkey",
    "platform": "openshift",
    "addressing.mode": "hostname",
    "addressing.clusterDomain": "example.internal",
    "services.redis.name": "redis-clients",
    "services.redis.headlessName": "redis-members",
    "services.redis.type": "NodePort",
    "services.redis.port": 6380,
    "services.sentinel.name": "sentinel-clients",
    "services.sentinel.headlessName": "sentinel-members",
    "services.sentinel.type": "LoadBalancer",
    "services.sentinel.port": 26380,
    "redis.replicas": 5,
    "redis.image": "redis:7.2.4",
    "redis.user": 1001,
    "redis.group": 1001,
    "redis.resources.requests.cpu": "300m",
    "redis.resources.requests.memory": "512Mi",
    "redis.resources.requests.ephemeral-storage": "1Gi",
    "redis.resources.limits.cpu": "2",
    "redis.resources.limits.memory": "2Gi",
    "redis.resources.limits.ephemeral-storage": "2Gi",
    "redis.storage.kind": "emptyDir",
    "redis.storage.size": "20Gi",
    "redis.storage.storageClassName": "fast",
    "redis.rdb.save": [{"after": "5m", "changes": 100}],
    "redis.aof.enabled": False,
    "redis.aof.fsync": "always",
    "redis.replBacklogSize": "32Mi",
    "redis.replicaOutputBuffer": "256Mi",
    "redis.maxmemory": "400Mi",
    "redis.maxmemoryPolicy": "allkeys-lru",
    "redis.minReplicasToWrite": 2,
    "redis.minReplicasMaxLag": "5s",
    "redis.terminationGracePeriod": "2m",
    "redis.extraConfig": ["hz 20"],
    "sentinel.replicas": 5,
    "sentinel.quorum": 3,
    "sentinel.masterName": "other",
    "sentinel.downAfter": "6s",
    "sentinel.failoverTimeout": "12s",
    "sentinel.parallelSyncs": 2,
    "sentinel.image": "redis:7.2.4",
    "sentinel.resources.requests.cpu": "150m",
    "sentinel.resources.requests.memory": "100Mi",
    "sentinel.resources.requests.ephemeral-storage": "1Gi",
    "sentinel.resources.limits.cpu": "1",
    "sentinel.resources.limits.memory": "256Mi",
    "sentinel.resources.limits.ephemeral-storage": "1Gi",
    "sentinel.storage.size": "2Gi",
    "sentinel.storage.storageClassName": "fast",
    "sentinel.terminationGracePeriod": "20s",
    "exporters.redis.enabled": False,
    "exporters.redis.image": "oliver006/redis_exporter:v1.70.0",
    "exporters.redis.port": 9122,
    "exporters.redis.resources.requests.cpu": "150m",
    "exporters.redis.resources.requests.memory": "100Mi",
    "exporters.redis.resources.requests.ephemeral-storage": "1Gi",
    "exporters.redis.resources.limits.cpu": "1",
    "exporters.redis.resources.limits.memory": "256Mi",
    "exporters.redis.resources.limits.ephemeral-storage": "1Gi",
    "exporters.sentinel.enabled": False,
    "exporters.sentinel.image": "oliver006/redis_exporter:v1.70.0",
    "exporters.sentinel.port": 9356,
    "exporters.sentinel.resources.requests.cpu": "150m",
    "exporters.sentinel.resources.requests.memory": "100Mi",
    "exporters.sentinel.resources.requests.ephemeral-storage": "1Gi",
    "exporters.sentinel.resources.limits.cpu": "1",
    "exporters.sentinel.resources.limits.memory": "256Mi",
    "exporters.sentinel.resources.limits.ephemeral-storage": "1Gi",
    **{
        f"probes.{workload}.{probe}.{time}": value
        for workload in ("redis", "sentinel")
        for probe in ("startup", "readiness", "liveness")
        for time, value in {"initialDelay": "3s", "period": "7s", "timeout": "6s", "failures": 160}.items()
    },
    "probes.redis.liveness.type": "tcp",
    "probes.sentinel.liveness.type": "tcp",
    "pods.labels": {"team": "shop"},
    "pods.annotations": {"example.com/note": "changed"},
    "pods.nodeSelector": {"kubernetes.io/os": "linux"},
    "pods.tolerations": [{"key": "dedicated", "operator": "Exists"}],
    "pods.priorityClassName": "system-cluster-critical",
    "pods.imagePullSecrets": ["registry"],
    "pods.imagePullPolicy": "Always",
    "spread.hard": [],
    "spread.soft": [],
    "networkPolicy.enabled": True,
    "networkPolicy.clients": [{"podLabels": {"app": "shop"}}],
    "networkPolicy.metrics": [{"cidr": "192.0.2.0/24"}],
    "networkPolicy.dns": [{"cidr": "192.0.2.53/32"}],
    "auth.mode": "password",
    "auth.secretName": "redis-passwords",
    "auth.secretKey": "redis-password",
    "auth.defaultUser": True,
    "auth.users": [{"name": "shop", "keys": ["shop:*"], "commands": ["+@read"]}],
    "auth.revision": "2026-11",
    "auth.externalSecret": {"store": "vault", "remoteKey": "shop/redis"},
    "tls.enabled": True,
    "tls.secretName": "redis-certificate",
    "tls.certManager": {"issuer": {"name": "shop-ca"}},
    "tls.clients": "optional",
    "tls.minimumVersion": "TLSv1.3",
    "tls.ciphers": "ECDHE-RSA-AES256-GCM-SHA384",
    "tls.cipherSuites": "TLS_AES_256_GCM_SHA384",
    "tls.plainPorts.redis": 6390,
    "tls.plainPorts.sentinel": 26390,
    "tls.metrics": True,
    "tls.revision": "2026-11",
    "disruption.redis.enabled": False,
    "disruption.redis.maxUnavailable": 2,
    "disruption.sentinel.enabled": False,
    "disruption.sentinel.maxUnavailable": 2,
    "monitoring.enabled": True,
    "monitoring.interval": "30s",
    "monitoring.scrape": "podMonitor",
    "monitoring.rules": "prometheusRule",
    "monitoring.labels": {"release": "prometheus"},
    "monitoring.alertLabels": {"team": "shop"},
    "monitoring.severities.page": "page",
    "monitoring.severities.ticket": "ticket",
    "monitoring.severities.info": "none",
    "monitoring.runbookUrl": "https://git.example.com/docs/alerts.md#",
    "monitoring.budget": "20m",
    "monitoring.dashboards.enabled": True,
    "monitoring.dashboards.fleet": True,
    "monitoring.dashboards.labels": {"grafana_dashboard": "redis"},
    "monitoring.dashboards.folder": "Redis",
    "monitoring.dashboards.folderAnnotation": "example.com/folder",
    "monitoring.dashboards.operator": {"instanceSelector": {"dashboards": "grafana"}},
    "monitoring.off": [{"alert": "RedisFullResyncs", "reason": "the backlog is small on purpose"}],
    "storage.storageClassName": "fast",
    "storage.claimRetention.whenDeleted": "Delete",
    "storage.claimRetention.whenScaled": "Delete",
    "backup": {"schedule": "17 * * * *", "store": STORE},
    "restore": {"from": {"namespace": "settings", "name": "redis-old", "store": STORE}},
    "migration": {"from": {"host": "redis-master", "secretName": "old-redis"}},
}
"""Another value for every setting."""

BESIDE: dict[str, dict[str, Any]] = {
    "namespaceObjects.limitRange": {"limits": ["limits/jewelry-shop.yaml"]},
    "namespaceObjects.podSecurity": {"namespaceObjects.namespace": True},
    **{f"networkPolicy.{peers}": {"networkPolicy.enabled": True} for peers in ("clients", "metrics", "dns")},
    **{
        f"auth.{setting}": {"auth.mode": "acl"}
        for setting in ("secretName", "defaultUser", "users", "revision", "externalSecret")
    },
    "auth.secretKey": {"auth.mode": "password"},
    **{setting: {"tls.enabled": True} for setting in CHANGES if setting.startswith("tls.")},
    **{setting: {"monitoring.enabled": True} for setting in CHANGES if setting.startswith("monitoring.")},
    **{
        setting: {"monitoring.enabled": True, "monitoring.dashboards.enabled": True}
        for setting in CHANGES
        if setting.startswith("monitoring.dashboards.")
    },
    "monitoring.dashboards.folderAnnotation": {
        "monitoring.enabled": True,
        "monitoring.dashboards.enabled": True,
        "monitoring.dashboards.folder": "Redis",
    },
}
"""What else must be said for a change to show."""

NOT_OF_ONE_DEPLOYMENT = {
    "schemaVersion": "there is one",
    "name": "another name is another deployment beside the first",
    "namespace": "another namespace as well",
    "recovery.target": "a promise that only rules read",
    "spread.nodes": "what the cluster has, which only rules read",
    "spread.zones": "as nodes",
    "auth.sealedSecret": "a file that the user brings, copied as it stands (tests/features/test_auth.py)",
    "requirements": "only reports read them",
    "waivers": "only findings read them",
}

IMMUTABLE = {
    "redis.storage.kind": {"StatefulSet/redis"},
    "redis.storage.size": {"StatefulSet/redis"},
    "redis.storage.storageClassName": {"StatefulSet/redis"},
    "sentinel.storage.size": {"StatefulSet/redis-sentinel"},
    "sentinel.storage.storageClassName": {"StatefulSet/redis-sentinel"},
    "services.redis.headlessName": {"StatefulSet/redis"},
    "services.sentinel.headlessName": {"StatefulSet/redis-sentinel"},
    "storage.storageClassName": {"StatefulSet/redis", "StatefulSet/redis-sentinel"},
}
"""Settings whose change the API server refuses, and of which object: claim templates and the governing Service."""

UNSEEN = {"kubernetesVersion", "limits"}
"""Settings that may change no object by themselves."""

WORDS = ("updates to statefulset spec for fields other than ", "field is immutable")
"""Of 1.32, and of versions that name the field."""


def changed(profile: Path, settings: dict[str, Any]) -> Review:
    """The profile, with some of its settings changed, written beside it."""
    document: dict[str, Any] = yaml12.parse_yaml(profile.read_text("utf-8"))
    for setting, value in settings.items():
        *above, last = setting.split(".")
        place = document
        for key in above:
            place = place.setdefault(key, {})
        place[last] = value
    copy = profile.parent / "changed.yaml"
    copy.write_text(json.dumps(document))
    return review(copy)


def objects(reviewed: Review) -> dict[str, Manifest]:
    """The rendered objects by kind and name."""
    manifests = [each.manifest for each in reviewed.rendering.objects]
    return {f"{each['kind']}/{each['metadata']['name']}": each for each in manifests}


def apply(namespace: Namespace, manifest: Manifest, query: str = "") -> Answer:
    """Server-side apply of one object."""
    return namespace.api.patch(
        namespace.place(manifest), manifest, APPLY, f"fieldManager=tests&force=true&{query}"
    )


@pytest.fixture(scope="module")
def deployed(
    api: Api, kubernetes: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Namespace, Path]]:
    """The shortest profile, applied, and where it lies."""
    namespace = Namespace(api, "settings")
    namespace.create(RESTRICTED, REFERENCE_LIMITS)
    profile = profile_for(MINIMAL, namespace.name, kubernetes, tmp_path_factory.mktemp("settings"))
    for manifest in objects(review(profile)).values():
        apply(namespace, manifest).succeeded()
    yield namespace, profile
    namespace.remove()


def test_every_setting_has_another_value_here() -> None:
    reviewed = review(MINIMAL)
    settings = {".".join(map(str, each.path)) for each in effective(reviewed.profile, reviewed.source)}
    assert settings == {*CHANGES, *NOT_OF_ONE_DEPLOYMENT}


@pytest.mark.parametrize("setting", CHANGES)
def test_a_changed_setting_is_accepted_or_immutable(deployed: tuple[Namespace, Path], setting: str) -> None:
    namespace, profile = deployed
    before = objects(review(profile))
    reviewed = changed(profile, {setting: CHANGES[setting], **BESIDE.get(setting, {})})
    unread = [
        each.fact for each in reviewed.findings if each.severity is Severity.ERROR and each.code < "RM010"
    ]
    assert unread == []
    after = {key: each for key, each in objects(reviewed).items() if before.get(key) != each}
    assert objects(reviewed) != before or setting in UNSEEN
    refused = {
        key: answer.message
        for key, manifest in after.items()
        if not (answer := apply(namespace, manifest, DRY_RUN)).accepted
    }
    assert set(refused) == IMMUTABLE.get(setting, set()), refused
    assert all(any(words in message for words in WORDS) for message in refused.values()), refused
