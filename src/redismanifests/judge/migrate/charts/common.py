"""Common: rows that several charts share: resources, scheduling, Services, metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.judge.migrate.kinds import EXPOSED
from redismanifests.judge.migrate.row import Row, fact, lost, unneeded

if TYPE_CHECKING:
    from collections.abc import Iterable

OWN_PROBES = "the profile has probes of its own, which follow from its start-up (docs/profile.md, probes)"
OWN_SECURITY = "every pod of the profile is admitted under Pod Security `restricted`"
OWN_IMAGE = "the profile has the official image, which has other paths and another user"
OWN_ACCOUNT = "each workload has an account of its own, without rights"
OWN_UPDATE = "updates are one pod at a time, with a hand-over of the master"
OWN_NAMES = "names of the objects follow from the name of the profile"
LABELS = "labels of objects other than pods follow from the profile"


def below(prefix: str, rows: dict[str, Row]) -> dict[str, Row]:
    """``rows`` under a section."""
    return {f"{prefix}.{key}" if key else prefix: row for key, row in rows.items()}


def each(keys: Iterable[str], row: Row) -> dict[str, Row]:
    """The same for several keys."""
    return dict.fromkeys(keys, row)


def resources(name: str) -> dict[str, Row]:
    """`requests` and `limits` as facts of ``name``; that one of them is written, even empty, is a fact, too."""
    return {
        **each(("requests", "limits"), fact(f"{name}.written")),
        **{
            f"{bound}.{what}": fact(f"{name}.{bound}.{what}")
            for bound in ("requests", "limits")
            for what in ("cpu", "memory", "ephemeral-storage")
        },
    }


def budget() -> dict[str, Row]:
    """A PodDisruptionBudget, without its switch."""
    return {
        "minAvailable": fact("disruption.minAvailable"),
        "maxUnavailable": fact("disruption.maxUnavailable"),
        "unhealthyPodEvictionPolicy": unneeded("a pod that is not ready may be evicted"),
    }


def probes(*names: str) -> dict[str, Row]:
    """Probes are ours."""
    return each(names, unneeded(OWN_PROBES))


def scheduling() -> dict[str, Row]:
    """Where pods may run."""
    return {
        "nodeSelector": fact("pods.nodeSelector"),
        "tolerations": fact("pods.tolerations"),
        "priorityClassName": fact("pods.priorityClassName"),
        "affinity": lost(
            "the pods have an affinity of their own", "write pods.nodeSelector or spread.hard instead"
        ),
        "topologySpreadConstraints": lost(
            "the pods are spread by constraints", "write spread.hard or spread.soft"
        ),
        "schedulerName": lost("another scheduler places the pods", "decide whether the default one will do"),
    }


def extras(*names: str) -> dict[str, Row]:
    """Parts of the pod that the profile cannot describe."""
    return {
        name: lost(f"{name} adds to the pods what a profile does not describe", "decide what needs it")
        for name in names
    }


def service() -> dict[str, Row]:
    """A Service of the pods, without its type and ports."""
    outside = lost("a Service is reachable from outside", "keep clients inside the cluster", EXPOSED)
    return {
        **each(
            (
                "nodePorts",
                "nodePort",
                "loadBalancerIP",
                "loadBalancerClass",
                "loadBalancerSourceRanges",
                "externalIPs",
            ),
            outside,
        ),
        "annotations": lost("a Service has annotations", "add them where the folder is applied (kustomize)"),
        "labels": lost("a Service has labels", "add them where the folder is applied (kustomize)"),
        **each(
            (
                "externalTrafficPolicy",
                "internalTrafficPolicy",
                "sessionAffinity",
                "sessionAffinityConfig",
                "portNames",
            ),
            unneeded("the profile's Services follow the cluster's defaults"),
        ),
        **each(("clusterIP", "ipFamilies", "ipFamilyPolicy"), unneeded("the cluster assigns addresses")),
        "extraPorts": lost("a Service has further ports", "decide what needs them"),
        "headless": unneeded("the headless Services follow from the profile"),
    }


def monitor(prefix: str) -> dict[str, Row]:
    """A ServiceMonitor or a PodMonitor."""
    ours = unneeded("the PodMonitor of the profile finds its pods itself")
    keys = {
        "enabled": fact("monitor"),
        "interval": fact("monitor.interval"),
        **each(("additionalLabels", "labels"), fact("monitor.labels")),
        **each(("scrapeTimeout", "timeout"), unneeded("time-outs follow from monitoring.interval")),
        "namespace": lost(
            "the ServiceMonitor is in a namespace of its own",
            "let the operator select PodMonitors in the namespace of the deployment",
        ),
        **each(
            (
                "relabelings",
                "relabellings",
                "metricRelabelings",
                "endpointAdditionalProperties",
                "additionalEndpoints",
            ),
            lost("scraped series are rewritten", "write the rules at the Prometheus"),
        ),
        **each(
            ("sampleLimit", "targetLimit", "podTargetLabels", "tlsConfig"),
            lost("the scrape has own limits or TLS"),
        ),
        **each(
            (
                "port",
                "honorLabels",
                "selector",
                "namespaceSelector",
                "telemetryPath",
                "disableAPICheck",
                "annotations",
            ),
            ours,
        ),
    }
    return below(prefix, keys)
