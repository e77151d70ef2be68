"""Bitnami: the charts bitnami/redis and bitnami/valkey.

Source: github.com/bitnami/charts, bitnami/redis 14.0.0 to 23.1.1 and bitnami/valkey 2.0.0 to 4.0.2 (values.yaml of each
version), bitnami/common templates/_resources.tpl (presets).
"""

from __future__ import annotations

from redismanifests.judge.migrate.charts.common import (
    LABELS,
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
from redismanifests.judge.migrate.charts.presets import nano
from redismanifests.judge.migrate.kinds import EXPOSED, LINES_OPEN, MASTER_ADDRESS
from redismanifests.judge.migrate.row import Chart, Row, Shape, fact, lost, password, unneeded

_OWN_START = lost(
    "the container has a command, arguments or steps of its own",
    "decide what they do, and whether the profile needs it",
    LINES_OPEN,
)
_AFFINITY = unneeded("spread.hard keeps two pods of a workload off one node")
_PROBES = probes(
    "startupProbe", "livenessProbe", "readinessProbe",
    "customStartupProbe", "customLivenessProbe", "customReadinessProbe",
)  # fmt: skip
_IMAGE = {
    "registry": fact("image.registry"),
    "repository": fact("image.repository"),
    "tag": fact("image.tag"),
    "digest": unneeded(OWN_IMAGE),
    "pullPolicy": fact("pods.imagePullPolicy"),
    "pullSecrets": fact("pods.imagePullSecrets"),
    "debug": unneeded("loglevel is a line of redis.extraConfig"),
}
_OTHER_IMAGE = each(
    ("registry", "repository", "tag", "digest", "pullPolicy", "pullSecrets"),
    unneeded("the profile has an image of its own for it, or needs none"),
)
_PERSISTENCE = {
    "enabled": fact("redis.persistence"),
    "size": fact("redis.size"),
    "storageClass": fact("redis.storageClass"),
    "sizeLimit": fact("redis.sizeLimit"),
    "medium": lost(
        "the data are in memory of the node (medium)", "let redis.storage.kind: emptyDir be on disk"
    ),
    "existingClaim": fact("redis.existingClaim"),
    "accessModes": fact("redis.accessModes"),
    **each(("path", "subPath", "subPathExpr"), unneeded("the data are in /data")),
    **each(
        ("annotations", "labels", "selector", "dataSource"),
        lost(
            "the claims have annotations, labels, a selector or a source",
            "add them where the folder is applied",
        ),
    ),
}
_POD: dict[str, Row] = {
    "configuration": fact("config.pod"),
    "disableCommands": fact("config.disabled"),
    **each(("command", "args", "preExecCmds", "lifecycleHooks"), _OWN_START),
    "extraFlags": _OWN_START,
    **extras(
        "extraEnvVars", "extraEnvVarsCM", "extraEnvVarsSecret", "extraVolumes", "extraVolumeMounts", "sidecars",
        "initContainers", "extraPodSpec", "hostAliases", "dnsPolicy", "dnsConfig",
    ),
    "containerPorts": unneeded("the port of the container is that of the Service"),
    **_PROBES,
    "resourcesPreset": fact("redis.preset"),
    **below("resources", resources("redis")),
    **each(("podSecurityContext", "containerSecurityContext"), unneeded(OWN_SECURITY)),
    "kind": lost("the pods are not those of a StatefulSet", "decide whether a StatefulSet will do"),
    **each(("updateStrategy", "minReadySeconds", "podManagementPolicy", "revisionHistoryLimit"), unneeded(OWN_UPDATE)),
    **each(("automountServiceAccountToken", "shareProcessNamespace", "enableServiceLinks"), unneeded(OWN_SECURITY)),
    "podLabels": fact("pods.labels"),
    "podAnnotations": fact("pods.annotations"),
    "podAffinityPreset": _AFFINITY,
    "podAntiAffinityPreset": fact("spread.preset"),
    "nodeAffinityPreset": lost("the pods prefer or require nodes", "write pods.nodeSelector"),
    **scheduling(),
    **below("persistence", _PERSISTENCE),
    "persistentVolumeClaimRetentionPolicy.enabled": fact("retention"),
    "persistentVolumeClaimRetentionPolicy.whenScaled": fact("retention.whenScaled"),
    "persistentVolumeClaimRetentionPolicy.whenDeleted": fact("retention.whenDeleted"),
    "service": unneeded("the Services of the profile follow from services.redis"),
    **below("service", service()),
    "terminationGracePeriodSeconds": unneeded("the time to hand over and to save is computed"),
    **below(
        "autoscaling",
        {"": lost("the number of pods follows the load", "choose a number: the votes of Sentinels need one")},
    ),
    **below("serviceAccount", each(("create", "name", "automountServiceAccountToken"), unneeded(OWN_ACCOUNT))),
    "serviceAccount.annotations": lost("the service account has annotations", "decide what needs the account"),
    "pdb.create": fact("disruption"),
    **below("pdb", budget()),
    **each(("externalMaster", "externalPrimary"), lost("the pods follow a master outside", "docs/migrate.md")),
    "annotations": unneeded(LABELS),
}  # fmt: skip
_SENTINEL: dict[str, Row] = {
    "enabled": fact("shape.sentinel"),
    **below("image", _OTHER_IMAGE),
    "image.debug": unneeded("loglevel is ours"),
    "annotations": unneeded(LABELS),
    "masterSet": fact("sentinel.masterName"),
    "primarySet": fact("sentinel.masterName"),
    "quorum": fact("sentinel.quorum"),
    "downAfterMilliseconds": fact("sentinel.downAfter"),
    "failoverTimeout": fact("sentinel.failoverTimeout"),
    "parallelSyncs": fact("sentinel.parallelSyncs"),
    **each(
        ("getMasterTimeout", "getPrimaryTimeout", "automateClusterRecovery", "redisShutdownWaitFailover",
         "valkeyShutdownWaitFailover", "replicaSyncCheck", "cleanDelaySeconds"),
        unneeded("it steers the chart's own start scripts; the profile has others"),
    ),
    "configuration": lost("sentinel.conf has lines of its own", "decide whether a setting below sentinel does it"),
    **each(("command", "args", "preExecCmds", "lifecycleHooks"), _OWN_START),
    **extras(
        "extraEnvVars", "extraEnvVarsCM", "extraEnvVarsSecret", "extraVolumes", "extraVolumeMounts", "extraPodSpec"
    ),
    "enableServiceLinks": unneeded(OWN_SECURITY),
    "externalMaster": lost("the Sentinels watch a master outside", "docs/migrate.md"),
    "containerPorts": unneeded("the port of the container is that of the Service"),
    **_PROBES,
    "persistence.enabled": fact("sentinel.persistence"),
    "persistence.size": fact("sentinel.size"),
    "persistence.storageClass": fact("sentinel.storageClass"),
    "persistence.accessModes": unneeded("a claim of one pod is ReadWriteOnce"),
    **below(
        "persistence",
        each(("annotations", "labels", "selector", "dataSource", "medium", "sizeLimit"), _PERSISTENCE["selector"]),
    ),
    "persistentVolumeClaimRetentionPolicy": unneeded("the claims of Sentinels follow storage.claimRetention"),
    "resourcesPreset": fact("sentinel.preset"),
    **below("resources", resources("sentinel")),
    "containerSecurityContext": unneeded(OWN_SECURITY),
    "service.type": fact("service.type"),
    "service.ports.redis": fact("services.redis.port"),
    "service.ports.valkey": fact("services.redis.port"),
    "service.ports.sentinel": fact("services.sentinel.port"),
    **below("service", service()),
    **each(("service.createMaster", "service.createPrimary"), fact("masterAddress")),
    "masterService.enabled": fact("masterAddress"),
    "primaryService.enabled": fact("masterAddress"),
    **each(
        ("masterService", "primaryService"),
        lost("a Service leads to the master", "let clients ask Sentinel: redismanifests client", MASTER_ADDRESS),
    ),
    "externalAccess": lost("each pod is reachable from outside", "keep clients inside the cluster", EXPOSED),
    "terminationGracePeriodSeconds": unneeded("the time to finish a failover is ours"),
}  # fmt: skip
_METRICS: dict[str, Row] = {
    "enabled": fact("metrics"),
    **below("image", _OTHER_IMAGE),
    "containerPorts": unneeded("the exporters have ports of their own"),
    **_PROBES,
    "command": _OWN_START,
    **each(("redisTargetHost", "valkeyTargetHost"), unneeded("the exporter asks the server beside it")),
    **extras("extraArgs", "extraEnvVars", "extraVolumes", "extraVolumeMounts"),
    "containerSecurityContext": unneeded(OWN_SECURITY),
    "resourcesPreset": fact("exporter.preset"),
    **below("resources", resources("exporter")),
    **each(("podLabels", "podAnnotations"), unneeded("the pods have the annotations for a scrape")),
    **below(
        "service",
        {
            "": unneeded("pods are scraped, not a Service"),
            "annotations": lost(
                "the Service of the exporter has annotations", "scrape pods by monitoring.scrape"
            ),
            "labels": lost("the Service of the exporter has labels", "scrape pods by monitoring.scrape"),
        },
    ),
    **monitor("serviceMonitor"),
    **monitor("podMonitor"),
    "prometheusRule.enabled": fact("rules"),
    "prometheusRule.additionalLabels": fact("rules.labels"),
    "prometheusRule.namespace": lost(
        "the rules are in a namespace of their own", "let the operator select them here"
    ),
    "prometheusRule.rules": lost("there are alert rules of your own", "keep them beside those of monitoring"),
}
_TOP: dict[str, Row] = {
    "global.imageRegistry": fact("image.registry"),
    "global.imagePullSecrets": fact("pods.imagePullSecrets"),
    "global.storageClass": fact("storage.storageClass"),
    "global.defaultStorageClass": fact("storage.storageClass"),
    "global.security": unneeded(OWN_IMAGE),
    "global.redis.password": password("global.redis.password"),
    "global.valkey.password": password("global.valkey.password"),
    "global.compatibility": unneeded("platform: openshift does it (docs/openshift.md)"),
    **each(("kubeVersion", "apiVersions"), unneeded("kubernetesVersion of the profile does it")),
    "nameOverride": unneeded(OWN_NAMES),
    "fullnameOverride": fact("name"),
    "namespaceOverride": fact("namespace"),
    **each(("commonLabels", "commonAnnotations"), lost(
        "every object has further labels or annotations", "add them where the folder is applied (kustomize)"
    )),
    **each(
        ("configmapChecksumAnnotations", "secretChecksumAnnotations"), unneeded("a changed script restarts the pods")
    ),
    "secretAnnotations": lost("the Secret has annotations", "add them to the Secret"),
    "clusterDomain": fact("clusterDomain"),
    "extraDeploy": lost("further objects are deployed with the chart", "keep them in a folder of their own"),
    **each(
        ("useHostnames", "nameResolutionThreshold", "nameResolutionTimeout"),
        unneeded("the addresses of the pods are ClusterIPs (addressing.mode)"),
    ),
    "diagnosticMode": unneeded("nothing of it runs in a healthy deployment"),
    **below("image", _IMAGE),
    "architecture": fact("shape.architecture"),
    "auth.enabled": fact("auth"),
    "auth.sentinel": fact("auth.sentinel"),
    "auth.password": password("auth.password"),
    "auth.existingSecret": fact("auth.secretName"),
    "auth.existingSecretPasswordKey": fact("auth.secretKey"),
    **each(
        ("auth.usePasswordFiles", "auth.usePasswordFileFromSecret"), unneeded("passwords are files in the profile, too")
    ),
    "auth.acl.enabled": fact("acl"),
    **below("auth.acl", each(("sentinel", "users", "userSecret"), lost(
        "there are accounts for applications", "write them as auth.users, with auth.mode: acl", LINES_OPEN
    ))),
    "commonConfiguration": fact("config.common"),
    "existingConfigmap": lost(
        "redis.conf is a ConfigMap of your own", "write its lines as settings of redis", LINES_OPEN
    ),
    "serviceBindings": lost("a Secret for service bindings is made", "make it beside the Secret of auth"),
    "networkPolicy.enabled": fact("networkPolicy"),
    "networkPolicy.allowExternal": fact("networkPolicy.open"),
    "networkPolicy.allowExternalEgress": unneeded("the policies of the profile limit what pods send, too"),
    "networkPolicy": lost("a NetworkPolicy has rules of its own", "write networkPolicy.clients and .metrics"),
    **each(("podSecurityPolicy", "rbac", "sysctl", "volumePermissions", "kubectl"), unneeded(OWN_SECURITY)),
    **below("serviceAccount", each(("create", "name", "automountServiceAccountToken"), unneeded(OWN_ACCOUNT))),
    "serviceAccount.annotations": lost("the service account has annotations", "decide what needs the account"),
    "pdb.create": fact("disruption"),
    **below("pdb", budget()),
    "tls.enabled": fact("tls"),
    "tls.authClients": fact("tls.clients"),
    "tls.autoGenerated": fact("tls.generated"),
    **each(("tls.existingSecret", "tls.certificatesSecret"), fact("tls.secretName")),
    "tls.certFilename": fact("tls.file.cert"),
    "tls.certKeyFilename": fact("tls.file.key"),
    "tls.certCAFilename": fact("tls.file.ca"),
    "tls.dhParamsFilename": unneeded("OpenSSL chooses the parameters"),
    "useExternalDNS": lost("names in an external DNS lead to the pods", "keep clients inside the cluster", EXPOSED),
}  # fmt: skip

_MASTER_IDLE = "with Sentinel the chart makes pods of replica.* alone"
_NO_REPLICAS = "architecture: standalone has one pod, made of {}.*"
_NO_SENTINEL = "sentinel.enabled is false"
_DEFAULT_LINES = 'appendonly yes\nsave ""'

_DEFAULTS = {
    "architecture": "replication",
    "auth.enabled": True,
    "auth.sentinel": True,
    "commonConfiguration": _DEFAULT_LINES,
    "replica.replicaCount": 3,
    "sentinel.enabled": False,
    "sentinel.quorum": 2,
    "sentinel.downAfterMilliseconds": 60000,
    "sentinel.failoverTimeout": 180000,
    "sentinel.parallelSyncs": 1,
    "sentinel.persistence.enabled": False,
    "sentinel.persistence.size": "100Mi",
    "replica.persistence.enabled": True,
    "replica.persistence.size": "8Gi",
    "tls.enabled": False,
    "tls.authClients": True,
    "tls.autoGenerated": False,
    "metrics.enabled": False,
    "metrics.serviceMonitor.enabled": False,
    "metrics.podMonitor.enabled": False,
    "metrics.prometheusRule.enabled": False,
    "networkPolicy.enabled": False,
    "networkPolicy.allowExternal": True,
    "pdb.create": False,
    "volumePermissions.enabled": False,
    "useExternalDNS.enabled": False,
    "serviceBindings.enabled": False,
    "auth.acl.enabled": False,
    "diagnosticMode.enabled": False,
    "sysctl.enabled": False,
    "sentinel.externalMaster.enabled": False,
    "replica.externalMaster.enabled": False,
    "replica.externalPrimary.enabled": False,
    "replica.autoscaling.enabled": False,
    "sentinel.service.createMaster": False,
    "sentinel.masterService.enabled": False,
    "sentinel.externalAccess.enabled": False,
    "clusterDomain": "cluster.local",
}
_REDIS_DEFAULTS = _DEFAULTS | {
    "sentinel.masterSet": "mymaster",
    "master.persistence.enabled": True,
    "master.persistence.size": "8Gi",
    "master.count": 1,
}
_VALKEY_DEFAULTS = _DEFAULTS | {
    "sentinel.primarySet": "myprimary",
    "primary.persistence.enabled": True,
    "primary.persistence.size": "8Gi",
    "primary.replicaCount": 1,
    "sentinel.service.createPrimary": False,
    "networkPolicy.enabled": True,
    **dict.fromkeys(("primary.pdb.create", "replica.pdb.create"), True),
    "pdb.create": None,
}


def _keys(master: str, count: str) -> dict[str, Row]:
    return {
        **_TOP,
        f"{master}.{count}": fact("count"),
        "replica.replicaCount": fact("count"),
        **below("{pod}", _POD),
        "{pod}.service.type": fact("service.type"),
        "{pod}.service.ports.redis": fact("services.redis.port"),
        "{pod}.service.ports.valkey": fact("services.redis.port"),
        **below("sentinel", _SENTINEL),
        **below("metrics", _METRICS),
    }


def _idle(master: str) -> dict[Shape, dict[str, str]]:
    standalone = _NO_REPLICAS.format(master)
    return {
        Shape.SENTINEL: {
            master: _MASTER_IDLE,
            "replica.service": "with Sentinel the chart reads sentinel.service",
        },
        Shape.REPLICATION: {"sentinel": _NO_SENTINEL, "auth.sentinel": _NO_SENTINEL},
        Shape.STANDALONE: {"replica": standalone, "sentinel": standalone, "auth.sentinel": standalone},
    }


REDIS = Chart(
    name="bitnami/redis",
    engine="redis",
    newest="23.1.1",
    oldest=(14,),
    keys=_keys("master", "count"),
    defaults=(
        ((14,), _REDIS_DEFAULTS | {"sentinel.failoverTimeout": 18000}),
        ((14,), dict.fromkeys(("master.disableCommands", "replica.disableCommands"), ("FLUSHDB", "FLUSHALL"))),
        ((17, 1, 2), {"sentinel.failoverTimeout": 180000}),
        ((18, 11), {"networkPolicy.enabled": True}),
        ((19,), nano("master")),
        ((19, 5), {"master.pdb.create": True, "replica.pdb.create": True, "pdb.create": None}),
    ),
    servers=(
        ((14,), "6.2"), ((17,), "7.0"), ((17, 15, 4), "7.2"), ((17, 17, 1), "7.0"), ((18,), "7.2"), ((20,), "7.4"),
        ((21,), "8.0"), ((22,), "8.2"),
    ),
    pods={Shape.SENTINEL: "replica", Shape.REPLICATION: "master", Shape.STANDALONE: "master"},
    counts={
        Shape.SENTINEL: ("replica.replicaCount",),
        Shape.REPLICATION: ("master.count", "replica.replicaCount"),
        Shape.STANDALONE: ("master.count",),
    },
    twin={Shape.REPLICATION: "replica"},
    idle=_idle("master"),
    sentinel="sentinel.enabled",
    presets=("19.1.1", "19.5.5"),
)  # fmt: skip
VALKEY = Chart(
    name="bitnami/valkey",
    engine="valkey",
    newest="4.0.2",
    oldest=(2,),
    keys=_keys("primary", "replicaCount"),
    defaults=(((2,), _VALKEY_DEFAULTS | nano("primary")),),
    servers=(((2,), "8.0"), ((3,), "8.1")),
    pods={Shape.SENTINEL: "replica", Shape.REPLICATION: "primary", Shape.STANDALONE: "primary"},
    counts={
        Shape.SENTINEL: ("replica.replicaCount",),
        Shape.REPLICATION: ("primary.replicaCount", "replica.replicaCount"),
        Shape.STANDALONE: ("primary.replicaCount",),
    },
    twin={Shape.REPLICATION: "replica"},
    idle=_idle("primary"),
    sentinel="sentinel.enabled",
)
