"""Tables: what each field of an object means for a profile.

Source: Kubernetes API reference, fields of each kind; the reasons are those of the charts' tables.
"""

from __future__ import annotations

from redismanifests.judge.migrate.charts.common import (
    LABELS,
    OWN_ACCOUNT,
    OWN_NAMES,
    OWN_PROBES,
    OWN_SECURITY,
    OWN_UPDATE,
    each,
    service,
)
from redismanifests.judge.migrate.kinds import EXPOSED
from redismanifests.judge.migrate.row import Row, fact, lost, unneeded

CLUSTER = "the cluster wrote it"
_SERVER_DEFAULT = unneeded("the profile has the cluster's default, or a value of its own")

METADATA: dict[str, Row] = {
    "name": unneeded(OWN_NAMES),
    "generateName": unneeded(OWN_NAMES),
    "namespace": fact("namespace"),
    "labels": unneeded(LABELS),
    "annotations": unneeded("annotations of objects other than pods follow from the profile"),
    **each(
        ("uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "selfLink",
         "deletionTimestamp", "deletionGracePeriodSeconds", "ownerReferences", "finalizers"),
        unneeded(CLUSTER),
    ),
}  # fmt: skip
TOP: dict[str, Row] = {
    **each(("apiVersion", "kind"), unneeded("the profile renders its own objects")),
    "status": unneeded(CLUSTER),
}
WORKLOAD: dict[str, Row] = {
    **each(("serviceName", "selector"), unneeded(OWN_NAMES)),
    **each(
        ("podManagementPolicy", "updateStrategy", "strategy", "revisionHistoryLimit", "minReadySeconds",
         "progressDeadlineSeconds", "paused", "ordinals"),
        unneeded(OWN_UPDATE),
    ),
}  # fmt: skip
POD: dict[str, Row] = {
    "nodeSelector": fact("pods.nodeSelector"),
    "tolerations": fact("pods.tolerations"),
    "priorityClassName": fact("pods.priorityClassName"),
    "imagePullSecrets": fact("pods.imagePullSecrets"),
    "affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution": fact("spread.required"),
    "affinity.podAntiAffinity": unneeded("spread.hard keeps two pods of a workload off one node"),
    "affinity": lost("the pods prefer or require nodes, or other pods", "write pods.nodeSelector"),
    "topologySpreadConstraints": lost(
        "the pods are spread by constraints", "write spread.hard or spread.soft"
    ),
    **each(("serviceAccountName", "serviceAccount", "automountServiceAccountToken"), unneeded(OWN_ACCOUNT)),
    **each(("securityContext", "shareProcessNamespace", "enableServiceLinks"), unneeded(OWN_SECURITY)),
    "terminationGracePeriodSeconds": unneeded("the time to hand over and to save is computed"),
    **each(
        ("restartPolicy", "priority", "preemptionPolicy", "nodeName", "hostname", "subdomain"), _SERVER_DEFAULT
    ),
    "hostNetwork": lost("the pods use the network of their node", "keep them in the network of pods"),
    **each(
        ("hostAliases", "dnsConfig", "runtimeClassName", "hostPID", "hostIPC", "readinessGates", "overhead"),
        lost("a part of the pod that a profile does not describe", "decide what needs it"),
    ),
}  # fmt: skip
CONTAINER: dict[str, Row] = {
    "name": unneeded(OWN_NAMES),
    "ports": unneeded("the ports of containers follow from services"),
    **each(("livenessProbe", "readinessProbe", "startupProbe"), unneeded(OWN_PROBES)),
    "volumeMounts": unneeded("files and data of the profile are in places of its own"),
    "securityContext": unneeded(OWN_SECURITY),
    **each(
        ("terminationMessagePath", "terminationMessagePolicy", "workingDir", "stdin", "tty", "resizePolicy",
         "restartPolicy"),
        _SERVER_DEFAULT,
    ),
}  # fmt: skip
SERVICE: dict[str, Row] = {
    **service(),
    "selector": unneeded(OWN_NAMES),
    **each(("clusterIPs", "publishNotReadyAddresses"), unneeded("the Services of the profile follow from services")),
    **each(
        ("allocateLoadBalancerNodePorts", "healthCheckNodePort", "trafficDistribution"),
        unneeded("the profile's Services follow the cluster's defaults"),
    ),
    "externalName": lost("a Service leads to a name outside", "keep clients inside the cluster", EXPOSED),
}  # fmt: skip
