"""Belonging: what each object beside the workloads is to this Redis: its part, a client of it, or neither."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from redismanifests.judge.foreign.server import servers
from redismanifests.judge.migrate.charts.common import OWN_ACCOUNT
from redismanifests.judge.migrate.kinds import MASTER_ADDRESS, NOT_KEPT
from redismanifests.judge.migrate.live.deployment import release_of
from redismanifests.judge.migrate.live.tables import CLUSTER, METADATA, SERVICE, TOP
from redismanifests.judge.migrate.row import Fate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from redismanifests.judge.migrate.live.collector import Collector, Item
    from redismanifests.judge.migrate.live.deployment import Deployment

_GENERATED = (
    "Pod", "ReplicaSet", "ControllerRevision", "Endpoints", "EndpointSlice", "Event", "Lease", "PodMetrics",
)  # fmt: skip
_WORKLOADS = ("StatefulSet", "Deployment", "DaemonSet", "Job", "CronJob", "ReplicationController")
_ACCOUNTS = ("ServiceAccount", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding")
_PROXY = re.compile(r"haproxy|envoy|nginx|twemproxy")
_ROLE = re.compile(r"(?i)role")
_MASTER = re.compile(r"(?i)master|primary")
_OPERATED = re.compile(r"(?i)redis|valkey|keydb|sentinel")
_MONITORS = {"ServiceMonitor": "endpoints", "PodMonitor": "podMetricsEndpoints"}
_SHORT = 2
"""Names that are no longer are words of other things."""
_HELD = "helm.sh/release.v1"


def belonging(found: Collector, items: Sequence[Item], mounted: Sequence[Item], whole: Deployment) -> None:
    """Account for ``items``, which are not the workloads, nor the ConfigMaps ``mounted`` by these."""
    services = [each for each in items if each.kind == "Service"]
    maps = {each.name: each for each in (*items, *mounted) if each.kind == "ConfigMap"}
    proxies = [each for each in items if _is_proxy(each, whole, maps)]
    leading = {each.name for each in services for proxy in proxies if _leads(each, proxy)}
    whole = whole._replace(hosts=whole.hosts | leading)
    for item in items:
        if not _beside(found, item, whole, services):
            _other(found, item, whole, proxies)


def _beside(found: Collector, item: Item, whole: Deployment, services: Sequence[Item]) -> bool:
    """Whether an object of a kind that has one meaning was accounted for."""
    kind = item.kind
    if kind == "PodDisruptionBudget" and _selects(item, whole):
        found.fact(item, (), "disruption", True)
    elif kind == "NetworkPolicy" and _selects(item, whole):
        _policy(found, item)
    elif kind in _MONITORS and _watched(item, services, whole):
        _monitor(found, item)
    elif kind == "PrometheusRule" and _of_release(item, whole):
        _rules(found, item)
    elif kind in _ACCOUNTS and _of_release(item, whole):
        found.account(item, (), Fate.UNNEEDED, OWN_ACCOUNT)
    elif kind in ("Secret", "PersistentVolumeClaim"):
        _held(found, item, whole)
    else:
        return False
    return True


def _other(found: Collector, item: Item, whole: Deployment, proxies: Sequence[Item]) -> None:
    kind = item.kind
    if kind in _GENERATED:
        found.account(item, (), Fate.UNNEEDED, f"{CLUSTER}, or a controller")
    elif item in proxies:
        found.fact(item, (), "masterAddress", True)
    elif kind in (*_WORKLOADS, "ConfigMap"):
        _client(found, item, whole)
    elif kind == "Service":
        _service(found, item, whole, proxies)
    elif _OPERATED.search(kind) and kind != "CustomResourceDefinition":
        fix = "delete it with the old deployment; a profile needs no operator"
        found.lost(item, (), "an operator makes objects from it", fix)
    elif _of_release(item, whole) and kind not in ("ConfigMap", "Namespace"):
        found.lost(item, (), "it was deployed with Redis, and a profile has no such object")
    else:
        found.account(item, (), Fate.UNNEEDED, "nothing of this Redis refers to it")


def _of_release(item: Item, whole: Deployment) -> bool:
    release = release_of(whole.main.manifest)
    return bool(release) and release_of(item.value) == release


def _pods(whole: Deployment) -> Iterable[Mapping[str, str]]:
    return (each.labels for each in whole.servers)


def _matches(selector: Mapping[str, Any] | None, whole: Deployment) -> bool:
    """Whether a selector of a Service finds pods of Redis; a label that names a role or a pod is set later."""
    wanted = {
        key: value
        for key, value in (selector or {}).items()
        if not _ROLE.search(key) and "pod-name" not in key
    }
    return bool(wanted) and any(wanted.items() <= labels.items() for labels in _pods(whole))


def _selects(item: Item, whole: Deployment) -> bool:
    spec = item.value.get("spec") or {}
    selector = spec.get("selector") or spec.get("podSelector") or {}
    return _matches(selector.get("matchLabels"), whole)


def _head(found: Collector, item: Item) -> None:
    """The fields that every object has."""
    head = {key: each for key, each in item.value.items() if key in TOP}
    found.walk(item, (), head, TOP)
    found.walk(item, ("metadata",), item.value["metadata"], METADATA)


def _is_proxy(item: Item, whole: Deployment, maps: Mapping[str, Item]) -> bool:
    if item.kind not in ("Deployment", "StatefulSet", "DaemonSet"):
        return False
    pod = item.value["spec"]["template"]["spec"]
    if not any(_PROXY.search(str(each.get("image", ""))) for each in pod["containers"]):
        return False
    names = [str((each.get("configMap") or {}).get("name")) for each in pod.get("volumes") or ()]
    configured = [maps[name] for name in names if name in maps]
    return _of_release(item, whole) or any(_mentions(each, whole) for each in (item, *configured))


def _leads(service: Item, workload: Item) -> bool:
    return _selected((service.value.get("spec") or {}).get("selector") or {}, workload)


def _mentions(item: Item, whole: Deployment) -> bool:
    text = json.dumps(item.value.get("spec") or item.value.get("data") or {}, default=str)
    # As a host: alone, before a port, or before the name of a namespace.
    return any(
        re.search(rf'(?<![\w.-]){re.escape(host)}(?=\.|:\d|"|\\n)', text)
        for host in whole.hosts
        if len(host) > _SHORT
    )


def _client(found: Collector, item: Item, whole: Deployment) -> None:
    """A workload or a ConfigMap that mentions a name of this Redis is about a client of it."""
    if item.kind in _WORKLOADS and any(item.value is each.manifest for each in servers([item.value])):
        found.account(item, (), Fate.UNNEEDED, "another Redis: migrate it by itself")
    elif _mentions(item, whole):
        found.account(item, (), Fate.NOT_KEPT, "it mentions this Redis: give it the new address")
        fix = "redismanifests client PROFILE prints the settings of its client"
        found.find(item, (), NOT_KEPT, f"{item.title} mentions this Redis by name: its address changes", fix)
    else:
        found.account(item, (), Fate.UNNEEDED, "it does not mention this Redis")


def _service(found: Collector, item: Item, whole: Deployment, proxies: Sequence[Item]) -> None:
    spec = item.value.get("spec") or {}
    selector = spec.get("selector") or {}
    if any(_selected(selector, each) for each in proxies):
        found.account(item, (), Fate.NOT_KEPT, "it leads to the proxy, which leads to the master")
        return
    if not _matches(selector, whole):
        found.account(item, (), Fate.UNNEEDED, "it leads to other pods")
        return
    _head(found, item)
    rest = {key: each for key, each in spec.items() if key not in ("type", "ports", "clusterIP")}
    found.walk(item, ("spec",), rest, SERVICE)
    if "clusterIP" in spec:
        found.account(item, ("spec", "clusterIP"), Fate.UNNEEDED, "the cluster assigns addresses")
    if "type" in spec:
        found.fact(item, ("spec", "type"), "service.type", spec["type"])
    for number, port in enumerate(spec.get("ports") or ()):
        _port(found, item, number, port, whole)
    if any(_ROLE.search(key) and _MASTER.search(str(value)) for key, value in selector.items()):
        place = ("spec", "selector")
        found.fact(item, place, "masterAddress", True, counted=False)
        found.find(
            item, place, MASTER_ADDRESS, f"{item.title} leads to the master, by a label of its pod",
            "let its clients ask Sentinel for the master: redismanifests client PROFILE",
        )  # fmt: skip


def _selected(selector: Mapping[str, Any], workload: Item) -> bool:
    labels = (workload.value["spec"]["template"].get("metadata") or {}).get("labels") or {}
    return bool(selector) and selector.items() <= labels.items()


def _port(found: Collector, item: Item, number: int, port: Mapping[str, Any], whole: Deployment) -> None:
    steps = ("spec", "ports", number)
    targets = {role: (each.ports[role], role) for each in whole.servers for role in each.ports}
    target = port.get("targetPort", port.get("port"))
    for role, names in targets.items():
        if target in names or port.get("name") == role:
            found.fact(item, (*steps, "port"), f"services.{role}.port", port["port"])
            break
    else:
        found.account(item, (*steps, "port"), Fate.UNNEEDED, "it is no port of Redis or Sentinel")
    for key, value in port.items():
        if key == "nodePort":
            found.row(item, (*steps, key), SERVICE["nodePort"], value)
        elif key != "port":
            found.account(
                item, (*steps, key), Fate.UNNEEDED, "ports of the profile's Services follow from services"
            )


def _held(found: Collector, item: Item, whole: Deployment) -> None:
    """Secrets, whose contents are never read, and claims."""
    if item.kind == "PersistentVolumeClaim":
        owners = tuple(f"-{each.name}-" for each in whole.servers)
        own = any(each in f"-{item.name}" for each in owners)
        text = "a claim of today's pods, which stays; new pods have claims of their own"
        found.account(item, (), Fate.UNNEEDED, text if own else "a claim of other pods")
        return
    secret = found.facts.get("auth.secretName")
    if item.value.get("type") == _HELD:
        found.account(item, (), Fate.UNNEEDED, "Helm's record of the release")
    elif secret is not None and secret.value == item.name and _of_helm(item):
        found.fact(item, (), "auth.ofRelease", True, counted=False)
        found.account(item, (), Fate.NOT_KEPT, "the Secret goes with the release; its contents are not read")
    elif secret is not None and secret.value == item.name:
        found.account(item, (), Fate.KEPT, "auth.secretName names it; its contents are not read")
    elif _of_release(item, whole):
        found.account(item, (), Fate.NOT_KEPT, "a Secret of the release; its contents are not read")
        found.find(
            item, (), NOT_KEPT, f"{item.title} was deployed with Redis", "keep it where something uses it"
        )
    else:
        found.account(
            item, (), Fate.UNNEEDED, "a Secret that this Redis does not use; its contents are not read"
        )


def _of_helm(item: Item) -> bool:
    """Whether Helm deletes it with the release."""
    labels = item.value["metadata"].get("labels") or {}
    return "Helm" in (labels.get("app.kubernetes.io/managed-by"), labels.get("heritage"))


def _policy(found: Collector, item: Item) -> None:
    spec = item.value.get("spec") or {}
    rules = spec.get("ingress") or []
    opened = any(not each.get("from") for each in rules if isinstance(each, dict))
    found.fact(item, (), "networkPolicy", True)
    found.fact(item, ("spec",), "networkPolicy.open", opened, counted=False)
    sources = [source for each in rules for source in each.get("from") or ()]
    if sources and not opened:
        fix = "write networkPolicy.clients and .metrics"
        found.find(item, ("spec",), NOT_KEPT, f"{item.title} has rules of its own", fix)


def _watched(item: Item, services: Sequence[Item], whole: Deployment) -> bool:
    selector = ((item.value.get("spec") or {}).get("selector") or {}).get("matchLabels") or {}
    if item.kind == "PodMonitor":
        return _matches(selector, whole)
    mine = [each for each in services if _matches((each.value.get("spec") or {}).get("selector"), whole)]
    labels = [each.value["metadata"].get("labels") or {} for each in mine]
    return bool(selector) and any(selector.items() <= each.items() for each in labels)


def _monitor(found: Collector, item: Item) -> None:
    found.fact(item, (), "monitor", True)
    endpoints = (item.value.get("spec") or {}).get(_MONITORS[item.kind]) or ()
    for number, endpoint in enumerate(endpoints):
        steps = ("spec", _MONITORS[item.kind], number)
        if isinstance(endpoint, dict) and endpoint.get("interval"):
            found.fact(item, (*steps, "interval"), "monitor.interval", endpoint["interval"], counted=False)
        for key in ("relabelings", "metricRelabelings"):
            if isinstance(endpoint, dict) and endpoint.get(key):
                fix = "write the rules at the Prometheus"
                found.find(item, (*steps, key), NOT_KEPT, f"{item.title}: scraped series are rewritten", fix)
    _own_labels(found, item, "monitor.labels")


def _rules(found: Collector, item: Item) -> None:
    found.fact(item, (), "rules", True)
    fix = "keep them beside those of monitoring"
    found.find(item, (), NOT_KEPT, f"{item.title}: there are alert rules of your own", fix)
    _own_labels(found, item, "rules.labels")


def _own_labels(found: Collector, item: Item, name: str) -> None:
    """Labels by which an operator selects it."""
    from redismanifests.judge.migrate.live.workload import own  # noqa: PLC0415 (a circle of two)

    labels = own(item.value["metadata"].get("labels") or {}, {})
    if labels:
        found.fact(item, ("metadata", "labels"), name, labels, counted=False)
