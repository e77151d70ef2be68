"""Pod: what all pods of the deployment share: labels, where they may run, how images are pulled.

What must not come in: anything that differs between Redis and Sentinel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

from pydantic import AfterValidator

from redismanifests.core.bounded import Whole
from redismanifests.core.feature import Fault, Feature, rule
from redismanifests.core.findings import Severity
from redismanifests.core.names import AnnotationKey, LabelKey, LabelValue, ObjectName
from redismanifests.core.setting import Section, setting
from redismanifests.core.yamltext import appliable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.core.findings import Path
    from redismanifests.profile import Profile

OWNED_LABELS = ("app",)
"""Beside everything under `app.kubernetes.io/`: labels that selectors and `kubectl get -l` rely on."""

OWNED_ANNOTATIONS = (
    "checksum/config",
    "prometheus.io/path",
    "prometheus.io/port",
    "prometheus.io/scheme",
    "prometheus.io/scrape",
    "tls/revision",
)
"""What the templates write themselves; a key that stands twice is refused by the API server."""

NODE_IS_DEAD = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")
"""Taints that the node controller sets, with effect NoExecute."""


class Toleration(Section):
    """As in a pod's spec: lets pods run on nodes with a matching taint."""

    key: LabelKey | None = setting(None, "Key of the taint; none tolerates every taint.")
    operator: Literal["Exists", "Equal"] = setting("Equal", "How key and value are compared.")
    value: LabelValue | None = setting(None, "Value of the taint; only with operator Equal.")
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] | None = setting(
        None, "Effect; none means all."
    )
    toleration_seconds: Whole | None = setting(None, "Seconds to stay after a NoExecute taint appears.", ge=0)


class Pods(Section):
    """Settings of every pod."""

    labels: dict[LabelKey, LabelValue] = setting({}, "Labels added to every pod (not to selectors).")
    annotations: dict[AnnotationKey, Annotated[str, AfterValidator(appliable)]] = setting(
        {}, "Annotations added to every pod."
    )
    node_selector: dict[LabelKey, LabelValue] = setting({}, "Labels a node must have.")
    tolerations: tuple[Toleration, ...] = setting((), "Taints that the pods tolerate.")
    priority_class_name: ObjectName | None = setting(
        None, "PriorityClass of the pods: under memory pressure the kubelet evicts lower ones first."
    )
    image_pull_secrets: tuple[ObjectName, ...] = setting(
        (), "Secrets with registry credentials, in the namespace."
    )
    image_pull_policy: Literal["IfNotPresent", "Always", "Never"] = setting(
        "IfNotPresent",
        "When the kubelet pulls images.",
        why="a registry that is down must not keep a pod from coming back on its own node",
        source="Kubernetes docs, concepts/containers/images",
    )


class Pair(NamedTuple):
    """A key and its value."""

    key: str
    value: str | int


class TolerationView(NamedTuple):
    """One toleration: the operator is always there, so it opens the list item in the template."""

    operator: str
    fields: tuple[Pair, ...]


class PodsView(NamedTuple):
    """Facts for the templates."""

    labels: tuple[Pair, ...]
    annotations: tuple[Pair, ...]
    node_selector: tuple[Pair, ...]
    tolerations: tuple[TolerationView, ...]
    priority_class_name: str | None
    image_pull_secrets: tuple[str, ...]
    image_pull_policy: str


def _view(profile: Profile) -> PodsView:
    pods = profile.pods
    return PodsView(
        # Ours stand in the template already: a second time would be no YAML (RM060, RM061).
        labels=_pairs({key: value for key, value in pods.labels.items() if not _is_owned_label(key)}),
        annotations=_pairs({k: v for k, v in pods.annotations.items() if k not in OWNED_ANNOTATIONS}),
        node_selector=_pairs(pods.node_selector),
        tolerations=tuple(_toleration(t) for t in pods.tolerations),
        priority_class_name=pods.priority_class_name,
        image_pull_secrets=pods.image_pull_secrets,
        image_pull_policy=pods.image_pull_policy,
    )


def _pairs(mapping: dict[str, str]) -> tuple[Pair, ...]:
    return tuple(Pair(key, mapping[key]) for key in sorted(mapping))


def _is_owned_label(key: str) -> bool:
    return key in OWNED_LABELS or key.startswith("app.kubernetes.io/")


def _toleration(toleration: Toleration) -> TolerationView:
    written = toleration.model_dump(by_alias=True, exclude_none=True)
    keys = ("key", "value", "effect", "tolerationSeconds")
    return TolerationView(
        toleration.operator, tuple(Pair(key, written[key]) for key in keys if key in written)
    )


@rule("RM060", Severity.ERROR, waivable=False)
def owned_label(profile: Profile) -> Iterator[Fault]:
    """A pod label of the profile overwrites one that selectors rely on.

    Services and StatefulSets find their pods by `app` and `app.kubernetes.io/instance`; a pod with another value
    belongs to nobody, and the API server refuses a StatefulSet whose selector does not match its own pods.

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
        if _is_owned_label(key):
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
    exporter of each pod, whose port differs between Redis and Sentinel. No key may stand twice.

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
        if key in OWNED_ANNOTATIONS:
            yield Fault(
                path=("pods", "annotations", key),
                at_key=True,
                fact=f"{key} is set by redismanifests",
                fix="remove it; exporters.redis and exporters.sentinel set port and presence of the exporter",
            )


@rule("RM062", Severity.ERROR, waivable=False)
def contradictory_toleration(profile: Profile) -> Iterator[Fault]:
    """A toleration says two things that exclude each other: the API server refuses the pod.

    Without a key it can only say Exists; with Exists it has no value; seconds belong to NoExecute.

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
                fact=f"Exists asks for no value, and here stands {toleration.value}",
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
    tolerates that taint for 300 s. One that tolerates it for ever is never moved: the deployment stays one member
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
                fact="it also tolerates, for ever, that the node is dead or unreachable",
                fix="name the key of your own taint, or add tolerationSeconds with effect: NoExecute",
            )


FEATURE = Feature(
    "pods",
    view=_view,
    rules=(
        owned_label,
        owned_annotation,
        contradictory_toleration,
        priority_of_the_system,
        pods_stay_on_dead_nodes,
    ),
)
