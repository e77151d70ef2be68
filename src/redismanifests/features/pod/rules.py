"""Pod rules: settings that do not work together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, rule
from redismanifests.core.findings import Severity
from redismanifests.profile.derived import owned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.core.findings import Path
    from redismanifests.profile.model import Profile

_OWNER = {
    "auth": "remove it: auth.revision sets it",
    "tls": "remove it: tls.revision sets it",
    "prometheus.io": "remove it: exporters.redis and exporters.sentinel set it",
}
"""How to set an annotation of ours, by the prefix of its key."""

NODE_IS_DEAD = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")
"""Taints that the node controller sets, with effect NoExecute."""


@rule("RM060", Severity.ERROR, waivable=False)
def owned_label(profile: Profile) -> Iterator[Fault]:
    """A pod label of the profile overwrites one that selectors rely on.

    Services and StatefulSets find their pods by `app` and `app.kubernetes.io/instance`; no selector matches a pod with
    another value, and the API server refuses a StatefulSet that does not select its own pods.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    pods:
      labels:
        app: shop
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    pods:
      labels:
        team: shop
    ```
    Source: https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#pod-selector.
    """
    for key in profile.pods.labels:
        if owned.is_label(key):
            yield Fault(
                path=("pods", "labels", key),
                at_key=True,
                fact=f"{key} is set by redismanifests, and selectors rely on it",
                fix="use a key of your own, such as team or app-tier",
            )


@rule("RM061", Severity.ERROR, waivable=False)
def owned_annotation(profile: Profile) -> Iterator[Fault]:
    """A pod annotation of the profile has a key that the templates write.

    The checksum rolls the pods when their configuration changes, and the scrape annotations lead Prometheus to the
    exporter of each pod, whose port differs between Redis and Sentinel. A key may occur only once.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    pods:
      annotations:
        prometheus.io/port: "9121"
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    exporters:
      redis:
        port: 9121
    ```
    Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#field-validation.
    """
    for key in profile.pods.annotations:
        if key in owned.annotation_keys():
            yield Fault(
                path=("pods", "annotations", key),
                at_key=True,
                fact=f"{key} is set by redismanifests",
                fix=_OWNER.get(key.partition("/")[0], "remove it"),
            )


@rule("RM062", Severity.ERROR, waivable=False)
def contradictory_toleration(profile: Profile) -> Iterator[Fault]:
    """Two fields of a toleration exclude each other: the API server refuses the pod.

    Without a key the operator must be Exists; with Exists there is no value; seconds require NoExecute.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    pods:
      tolerations:
        - {key: dedicated, operator: Exists, value: data}
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    pods:
      tolerations:
        - {key: dedicated, operator: Equal, value: data}
    ```
    Source: Kubernetes validation.go, ValidateTolerations;
    https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/.
    """
    for index, toleration in enumerate(profile.pods.tolerations):
        path: Path = ("pods", "tolerations", index)
        if toleration.key is None and toleration.operator == "Equal":
            yield Fault(
                path=path, fact="without a key there is nothing to be equal", fix="add operator: Exists"
            )
        if toleration.operator == "Exists" and toleration.value:
            yield Fault(
                path=(*path, "value"),
                fact=f"the operator Exists takes no value, and the value is {toleration.value}",
                fix="remove the value, or use operator: Equal",
            )
        if toleration.toleration_seconds is not None and toleration.effect != "NoExecute":
            yield Fault(
                path=(*path, "tolerationSeconds"),
                fact="only pods that a NoExecute taint would evict can stay for a time",
                fix="set effect: NoExecute, or remove the seconds",
            )


@rule("RM068", Severity.WARNING)
def priority_of_the_system(profile: Profile) -> Iterator[Fault]:
    """The pods claim a priority that is meant for the cluster's own parts.

    Where a node is full they push out what the node itself needs, DNS and networking among them; many clusters refuse
    such pods outside of kube-system.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    pods:
      priorityClassName: system-cluster-critical
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    pods:
      priorityClassName: business-critical
    ```
    Source: https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/.
    """
    name = profile.pods.priority_class_name
    if name is not None and name.startswith("system-"):
        yield Fault(
            path=("pods", "priorityClassName"),
            fact=f"{name} is the cluster's own: it may push out DNS and networking",
            fix="use a PriorityClass of your own",
        )


@rule("RM069", Severity.WARNING)
def pods_stay_on_dead_nodes(profile: Profile) -> Iterator[Fault]:
    """A toleration without an end lets pods stay on a node that is dead or unreachable.

    Kubernetes marks such a node with a NoExecute taint and moves its pods after five minutes, because each pod
    tolerates that taint for 300 s. A pod that tolerates it forever is never moved: the deployment stays one member
    short.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    pods:
      tolerations:
        - {operator: Exists}
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    pods:
      tolerations:
        - {key: dedicated, operator: Exists}
    ```
    Source: https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/#taint-based-evictions.
    """
    for index, toleration in enumerate(profile.pods.tolerations):
        every = toleration.key is None and toleration.operator == "Exists"
        dead = toleration.key in NODE_IS_DEAD
        ends = toleration.toleration_seconds is not None or toleration.effect not in (None, "NoExecute")
        if (every or dead) and not ends:
            yield Fault(
                path=("pods", "tolerations", index),
                fact="it also tolerates, without an end, that the node is dead or unreachable",
                fix="name the key of your own taint, or add tolerationSeconds with effect: NoExecute",
            )
