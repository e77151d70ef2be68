"""Pod: what all pods of the deployment share: labels, where they may run, how images are pulled."""

from __future__ import annotations

from typing import Annotated, Literal

from redismanifests.core.quoting.yamltext import appliable
from redismanifests.core.setting import Section, setting
from redismanifests.core.values.bounded import Whole, distinct
from redismanifests.core.values.mark import AfterValidator
from redismanifests.core.values.names import AnnotationKey, LabelKey, LabelValue, ObjectName

MOST_ANNOTATION_BYTES = (256 << 10) - 1024
"""What the API server takes (TotalAnnotationSizeLimitB), without a kibibyte for our own."""


def _small_enough(annotations: dict[str, str]) -> dict[str, str]:
    size = sum(len(text.encode()) for pair in annotations.items() for text in pair)
    if size > MOST_ANNOTATION_BYTES:
        fact = f"{size} bytes of annotations, and a pod may have {MOST_ANNOTATION_BYTES} of its own"
        raise ValueError(f"{fact}: keep them elsewhere, such as in a ConfigMap")
    return annotations


class Toleration(Section):
    """As in a pod's spec: lets pods run on nodes with a matching taint."""

    key: LabelKey | None = setting(None, "Key of the taint; none tolerates every taint.")
    operator: Literal["Exists", "Equal"] = setting("Equal", "How key and value are compared.")
    value: LabelValue | None = setting(None, "Value of the taint; only with operator Equal.")
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] | None = setting(
        None, "Effect; none means all."
    )
    toleration_seconds: Whole | None = setting(
        None, "Seconds to stay after a NoExecute taint appears.", ge=0, le=2**31 - 1
    )


class Pods(Section):
    """Settings of every pod."""

    labels: dict[LabelKey, LabelValue] = setting({}, "Labels added to every pod (not to selectors).")
    annotations: Annotated[
        dict[AnnotationKey, Annotated[str, AfterValidator(appliable)]], AfterValidator(_small_enough)
    ] = setting({}, "Annotations added to every pod.")
    node_selector: dict[LabelKey, LabelValue] = setting({}, "Labels a node must have.")
    tolerations: tuple[Toleration, ...] = setting((), "Taints that the pods tolerate.")
    priority_class_name: ObjectName | None = setting(
        None, "PriorityClass of the pods: under memory pressure the kubelet evicts lower ones first."
    )
    image_pull_secrets: Annotated[tuple[ObjectName, ...], AfterValidator(distinct)] = setting(
        (), "Secrets with registry credentials, in the namespace."
    )
    image_pull_policy: Literal["IfNotPresent", "Always", "Never"] = setting(
        "IfNotPresent",
        "When the kubelet pulls images.",
        why="a pod must be able to restart on its node while the registry is down",
        source="Kubernetes docs, concepts/containers/images",
    )
