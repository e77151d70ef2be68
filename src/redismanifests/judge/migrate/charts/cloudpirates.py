"""Cloudpirates: the charts cloudpirates/redis and cloudpirates/valkey.

Source: github.com/CloudPirates-io/helm-charts, charts/redis 0.3.1 to 0.34.18 and charts/valkey 0.9.0 to 0.25.5
(values.yaml of each version, statefulset.yaml).
"""

from __future__ import annotations

from redismanifests.judge.migrate.charts.common import (
    OWN_ACCOUNT,
    OWN_IMAGE,
    OWN_NAMES,
    OWN_SECURITY,
    OWN_UPDATE,
    below,
    budget,
    each,
    extras,
    monitor,
    probes,
    resources,
    scheduling,
    service,
)
from redismanifests.judge.migrate.kinds import EXPOSED, LINES_OPEN, MASTER_ADDRESS
from redismanifests.judge.migrate.row import Chart, Row, Shape, fact, lost, password, unneeded

_PROBES = probes("livenessProbe", "readinessProbe", "startupProbe")
_IMAGES = unneeded("the profile has an image of its own for it, or needs none")
_OWN_START = lost("a container has flags, hooks or scripts of its own", "decide what they do", LINES_OPEN)
_CLUSTER = unneeded("it is for Redis Cluster alone (architecture: cluster)")
_CLAIMS = lost("the claims have annotations or labels", "add them where the folder is applied")
_MASTER = lost(
    "a Service leads to the master", "let clients ask Sentinel: redismanifests client", MASTER_ADDRESS
)

_KEYS: dict[str, Row] = {
    "global.imageRegistry": fact("image.registry"),
    "global.imagePullSecrets": fact("pods.imagePullSecrets"),
    "nameOverride": unneeded(OWN_NAMES),
    "fullnameOverride": fact("name"),
    "namespaceOverride": fact("namespace"),
    "clusterDomain": fact("clusterDomain"),
    **each(("commonLabels", "commonAnnotations"), lost(
        "every object has further labels or annotations", "add them where the folder is applied (kustomize)"
    )),
    "image.registry": fact("image.registry"),
    "image.repository": fact("image.repository"),
    "image.tag": fact("image.tag"),
    **each(("image.pullPolicy", "image.imagePullPolicy"), fact("pods.imagePullPolicy")),
    "image.digest": unneeded(OWN_IMAGE),
    "architecture": fact("shape.architecture"),
    "replicaCount": fact("count"),
    **each(("clusterReplicaCount", "cluster", "clusterInitJob"), _CLUSTER),
    **each(("revisionHistoryLimit", "updateStrategy"), unneeded(OWN_UPDATE)),
    "useDeployment": lost("the pods are those of a Deployment", "decide whether a StatefulSet will do"),
    "podLabels": fact("pods.labels"),
    "podAnnotations": fact("pods.annotations"),
    "ipFamily": unneeded("the cluster assigns addresses"),
    "service.type": fact("service.type"),
    "service.port": fact("services.redis.port"),
    **each(("service.clusterPort", "service.targetPort"), unneeded("the port of the container is that of the Service")),
    **below("service", service()),
    "auth.enabled": fact("auth"),
    "auth.sentinel": fact("auth.sentinel"),
    "auth.metrics": unneeded("the exporter logs in where the server asks for it"),
    "auth.password": password("auth.password"),
    "auth.existingSecret": fact("auth.secretName"),
    "auth.existingSecretPasswordKey": fact("auth.secretKey"),
    "auth.acl.enabled": fact("acl"),
    "auth.acl": lost("there are accounts in a file", "write them as auth.users, with auth.mode: acl", LINES_OPEN),
    "tls.enabled": fact("tls"),
    "tls.existingSecret": fact("tls.secretName"),
    "tls.certFilename": fact("tls.file.cert"),
    "tls.certKeyFilename": fact("tls.file.key"),
    "tls.certCAFilename": fact("tls.file.ca"),
    "tls.port": fact("services.redis.port"),
    "tls.authClients": fact("tls.clients"),
    "tls.client": unneeded("the profile's own parts log in with the same certificate"),
    "config.mountPath": unneeded("the configuration is ours"),
    "config.content": fact("config.common"),
    **each(("config.existingConfigmap", "config.existingConfigmapKey"), lost(
        "redis.conf is a ConfigMap of your own", "write its lines as settings of redis", LINES_OPEN
    )),
    "config.maxMemory": fact("config.maxmemory"),
    "config.maxMemoryPolicy": fact("config.maxmemory-policy"),
    "config.save": fact("config.save"),
    **each(("config.extraConfig", "extraConfig"), fact("config.pod")),
    **each(("externalReplica", "externalMaster"), lost("the pods follow a master outside", "docs/migrate.md")),
    **each(("ingress", "gatewayAPI"), lost("a route leads from outside to Redis", "keep clients inside", EXPOSED)),
    "pdb.enabled": fact("disruption"),
    **below("pdb", budget()),
    "persistence.enabled": fact("redis.persistence"),
    "persistence.size": fact("redis.size"),
    "persistence.storageClass": fact("redis.storageClass"),
    "persistence.existingClaim": fact("redis.existingClaim"),
    **each(("persistence.accessMode", "persistence.accessModes"), fact("redis.accessModes")),
    **each(("persistence.mountPath", "persistence.subPath"), unneeded("the data are in /data")),
    **each(("persistence.annotations", "persistence.labels"), _CLAIMS),
    "persistentVolumeClaimRetentionPolicy.enabled": fact("retention"),
    "persistentVolumeClaimRetentionPolicy.whenScaled": fact("retention.whenScaled"),
    "persistentVolumeClaimRetentionPolicy.whenDeleted": fact("retention.whenDeleted"),
    "volumePermissions": unneeded(OWN_SECURITY),
    **below("resources", resources("redis")),
    **scheduling(),
    "terminationGracePeriodSeconds": unneeded("the time to hand over and to save is computed"),
    **each(("podSecurityContext", "containerSecurityContext"), unneeded(OWN_SECURITY)),
    **_PROBES,
    **extras("extraEnvVars", "extraPorts", "extraVolumes", "extraVolumeMounts", "hostAliases"),
    **each(("extraFlags", "customScripts"), _OWN_START),
    "extraObjects": lost("further objects are deployed with the chart", "keep them in a folder of their own"),
    "initContainer": unneeded("the profile has no such init container"),
    "sentinel.enabled": fact("shape.sentinel"),
    "sentinel.image": _IMAGES,
    "sentinel.config": unneeded("addressing.mode decides what is announced"),
    "sentinel.masterName": fact("sentinel.masterName"),
    "sentinel.monitorTarget": unneeded("the Sentinels of the profile find the master themselves"),
    "sentinel.quorum": fact("sentinel.quorum"),
    "sentinel.downAfterMilliseconds": fact("sentinel.downAfter"),
    "sentinel.failoverTimeout": fact("sentinel.failoverTimeout"),
    "sentinel.parallelSyncs": fact("sentinel.parallelSyncs"),
    "sentinel.port": fact("services.sentinel.port"),
    **below("sentinel", each(
        ("discoveryTimeout", "redisShutdownWaitFailover", "valkeyShutdownWaitFailover", "preStop"),
        unneeded("it steers the chart's own scripts; the profile has others"),
    )),
    **below("sentinel", extras("extraVolumeMounts")),
    "sentinel.service": unneeded("the Service of the Sentinels follows from services.sentinel"),
    **below("sentinel.resources", resources("sentinel")),
    "sentinel.masterService.enabled": fact("masterAddress"),
    "sentinel.masterProxy.enabled": fact("masterAddress"),
    **each(("sentinel.masterService", "sentinel.masterProxy"), _MASTER),
    **below("sentinel", _PROBES),
    "metrics.enabled": fact("metrics"),
    "metrics.tls": unneeded("tls.metrics decides it"),
    "metrics.image": _IMAGES,
    "metrics.port": unneeded("the exporters have ports of their own"),
    **below("metrics.resources", resources("exporter")),
    **below("metrics", extras("extraArgs", "extraEnvVars")),
    "metrics.service": unneeded("pods are scraped, not a Service"),
    **monitor("metrics.serviceMonitor"),
    **below("serviceAccount", each(
        ("create", "name", "automountServiceAccountToken", "automountToken"), unneeded(OWN_ACCOUNT)
    )),
    "serviceAccount.annotations": lost("the service account has annotations", "decide what needs the account"),
    "networkPolicy.enabled": fact("networkPolicy"),
    "networkPolicy.allowExternal": fact("networkPolicy.open"),
    "networkPolicy": lost("a NetworkPolicy has rules of its own", "write networkPolicy.clients and .metrics"),
}  # fmt: skip

_DEFAULTS = {
    "architecture": "standalone",
    "replicaCount": 3,
    "auth.enabled": True,
    "auth.sentinel": True,
    "auth.acl.enabled": False,
    "sentinel.enabled": False,
    "sentinel.masterName": "mymaster",
    "sentinel.quorum": 2,
    "sentinel.downAfterMilliseconds": 1500,
    "sentinel.failoverTimeout": 15000,
    "sentinel.parallelSyncs": 1,
    "sentinel.masterService.enabled": False,
    "sentinel.masterProxy.enabled": False,
    "persistence.enabled": True,
    "persistence.size": "8Gi",
    "metrics.enabled": False,
    "metrics.serviceMonitor.enabled": False,
    "pdb.enabled": False,
    "networkPolicy.enabled": False,
    "networkPolicy.allowExternal": True,
    "tls.enabled": False,
    "tls.authClients": False,
    "tls.port": 6380,
    "externalMaster.enabled": False,
    "externalReplica.enabled": False,
    "ingress.enabled": False,
    "gatewayAPI.httpRoute.enabled": False,
    "volumePermissions.enabled": False,
    "useDeployment": False,
    "clusterDomain": "cluster.local",
}
_REDIS_MEMORY = {
    "resources.limits.memory": "128Mi",
    "resources.requests.memory": "128Mi",
    "resources.requests.cpu": "50m",
    "sentinel.resources.limits.memory": "128Mi",
    "sentinel.resources.requests.memory": "64Mi",
    "sentinel.resources.requests.cpu": "25m",
}
_VALKEY_MEMORY = _REDIS_MEMORY | {
    "resources.limits.memory": "64Mi",
    "resources.requests.memory": "64Mi",
    "resources.requests.cpu": "10m",
}
_COUNTS: dict[Shape, tuple[str, ...]] = {
    Shape.SENTINEL: ("replicaCount",),
    Shape.REPLICATION: ("replicaCount",),
    Shape.STANDALONE: (),
}
_NO_SENTINEL = "Sentinel runs only with architecture: replication and sentinel.enabled: true"
_IDLE = {
    Shape.REPLICATION: {"sentinel": _NO_SENTINEL, "auth.sentinel": _NO_SENTINEL},
    Shape.STANDALONE: {
        "sentinel": _NO_SENTINEL,
        "auth.sentinel": _NO_SENTINEL,
        "replicaCount": "architecture: standalone has one pod",
    },
}
_PODS = dict.fromkeys(Shape, "")

REDIS = Chart(
    name="cloudpirates/redis",
    engine="redis",
    newest="0.34.18",
    oldest=(0, 3, 1),
    keys=_KEYS,
    defaults=(
        ((0,), _DEFAULTS | _REDIS_MEMORY),
        ((0, 15, 1), {"tls.authClients": True}),
        ((0, 20, 3), {"resources.limits.cpu": "100m", "sentinel.resources.limits.cpu": "50m"}),
        ((0, 26, 2), {"sentinel.resources.limits.cpu": "200m", "sentinel.resources.requests.cpu": "50m"}),
        (
            (0, 27),
            dict.fromkeys((*_REDIS_MEMORY, "resources.limits.cpu", "sentinel.resources.limits.cpu")),
        ),
    ),
    servers=(
        ((0,), "8.2"),
        ((0, 16), "8.4"),
        ((0, 22), "8.6.0"),
        ((0, 25, 1), "8.6.1"),
        ((0, 26, 7), "8.6.2"),
        ((0, 27, 5), "8.6.3"),
        ((0, 30, 1), "8.6.4"),
        ((0, 30, 2), "8.8.0"),
        ((0, 33, 2), "8.8.1"),
        ((0, 34, 2), "8.10.0"),
    ),
    pods=_PODS,
    counts=_COUNTS,
    twin={},
    idle=_IDLE,
    sentinel="sentinel.enabled",
)
VALKEY = Chart(
    name="cloudpirates/valkey",
    engine="valkey",
    newest="0.25.5",
    oldest=(0, 9),
    keys=_KEYS,
    defaults=(
        (
            (0,),
            _DEFAULTS
            | _VALKEY_MEMORY
            | {"config.maxMemoryPolicy": "allkeys-lru", "config.save": "900 1 300 10 60 10000"},
        ),
        ((0, 10), {"tls.authClients": True}),
        ((0, 20), dict.fromkeys(_VALKEY_MEMORY)),
    ),
    servers=(((0,), "8.1"), ((0, 7), "9.0.0"), ((0, 23), "9.1.0")),
    pods=_PODS,
    counts=_COUNTS,
    twin={},
    idle=_IDLE,
    sentinel="sentinel.enabled",
)
