"""Identity: fields that the API server keeps as they were when the object was made.

Of a StatefulSet they are the selector, the governing Service, the pod management policy and the claim templates (those
have a file of their own). Source: Kubernetes 1.32 and 1.37, pkg/apis/apps/validation/validation.go,
ValidateStatefulSetUpdate; pkg/apis/core/validation/validation.go, ValidateServiceUpdate and ValidateConfigMapUpdate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.findings import Finding, FindingKind, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.core.findings import Path
    from redismanifests.core.object import Manifest
    from redismanifests.core.sources.source import Source

IMMUTABLE_FIELD = FindingKind(
    "RM150",
    "immutable-field-changes",
    Severity.ERROR,
    """
    A field changes that the API server keeps as it was made: `kubectl apply` is refused for this object, after it
    has applied others.

    Of a StatefulSet these are the selector, the governing Service, the pod management policy and the templates of
    claims; of a Service whether it is headless. The way out is a new object of the same name: deleting a
    StatefulSet with `--cascade=orphan` leaves its pods running, and the new one takes over those that its selector
    finds.

    A volume keeps its storage class and its size. New ones, in this order: replace the StatefulSet as above; then
    one replica after the other, the master last and only after it gave its role away: delete the claim, delete the
    pod, wait until the new pod is ready with its copy of the data. The order follows from how a pod starts
    (docs/design.md); such a move has not been rehearsed.

    Source: Kubernetes, pkg/apis/apps/validation/validation.go, ValidateStatefulSetUpdate.
    """,
    waivable=False,
)

SELECTOR_CHANGES = FindingKind(
    "RM153",
    "selector-changes",
    Severity.ERROR,
    """
    The StatefulSet that is deployed finds its pods by other labels, and a selector cannot change.

    It is replaced without its pods (`--cascade=orphan`). The new one takes over only pods with its labels:
    those that miss some get them first. Deployments that were built by hand usually need this once.

    Source: Kubernetes, pkg/apis/apps/validation/validation.go, ValidateStatefulSetUpdate.
    """,
    waivable=False,
)


def changes(source: Source, old: Manifest, new: Manifest) -> Iterator[Finding]:
    """The changes from ``old`` to ``new`` that the API server would refuse."""
    kind = new["kind"]
    if kind == "StatefulSet":
        yield from _selector(source, old, new)
        yield from _service_name(source, old, new)
        yield from _policy(source, old, new)
    elif kind == "Service":
        yield from _cluster_ip(source, old, new)
    elif kind == "ConfigMap" and old.get("immutable") and old.get("data") != new.get("data"):
        fact = f"ConfigMap {name(new)} is immutable, and its data change"
        fix = f"kubectl -n {namespace(new)} delete configmap {name(new)}\nthen apply what is rendered"
        yield IMMUTABLE_FIELD.at(source, ("name",), fact, fix)


def name(manifest: Manifest) -> str:
    """Its name."""
    return str(manifest["metadata"]["name"])


def namespace(manifest: Manifest) -> str:
    """The namespace it is rendered for."""
    return str(manifest["metadata"].get("namespace", "default"))


def component(manifest: Manifest) -> str:
    """redis or sentinel: the section of the profile that it comes from."""
    return str(manifest["metadata"]["labels"]["app.kubernetes.io/component"])


def pods(manifest: Manifest) -> tuple[str, ...]:
    """The pods of a StatefulSet."""
    return tuple(f"{name(manifest)}-{ordinal}" for ordinal in range(manifest["spec"].get("replicas") or 1))


def recreated(manifest: Manifest) -> str:
    """How a StatefulSet is replaced while its pods go on running."""
    return (
        f"kubectl -n {namespace(manifest)} delete statefulset {name(manifest)} --cascade=orphan\n"
        "apply what is rendered: the new StatefulSet takes over the pods, which went on running"
    )


def _selector(source: Source, old: Manifest, new: Manifest) -> Iterator[Finding]:
    was, is_ = old["spec"].get("selector"), new["spec"]["selector"]
    if was == is_:
        return
    labels = old["spec"].get("template", {}).get("metadata", {}).get("labels") or {}
    wanted = is_["matchLabels"]
    missing = {key: value for key, value in wanted.items() if labels.get(key) != value}
    now = _labels((was or {}).get("matchLabels"))
    fact = f"StatefulSet {name(new)} selects {_labels(wanted)}, and is deployed with {now}"
    steps = recreated(new)
    if missing:
        written = " ".join(f"{key}={value}" for key, value in missing.items())
        steps = (
            f"give the running pods the labels that the new one looks for: kubectl -n {namespace(new)} label pod "
            f"{' '.join(pods(old))} {written} --overwrite\n{steps}"
        )
    yield SELECTOR_CHANGES.at(source, ("name",), fact, steps)


def _service_name(source: Source, old: Manifest, new: Manifest) -> Iterator[Finding]:
    was, is_ = old["spec"].get("serviceName", ""), new["spec"]["serviceName"]
    if was == is_:
        return
    path: Path = ("services", component(new), "headlessName")
    fact = f"StatefulSet {name(new)} is governed by Service {is_}, and is deployed with {was or 'none'}"
    back = f"set {'.'.join(map(str, path))} to {was} again, or:\n" if was else ""
    renamed = (
        "delete its pods one at a time, each when the one before is ready: only new pods get the new names"
    )
    fix = f"{back}{recreated(new)}\n{renamed}"
    yield IMMUTABLE_FIELD.at(source, path, fact, fix)


def _policy(source: Source, old: Manifest, new: Manifest) -> Iterator[Finding]:
    was, is_ = (o["spec"].get("podManagementPolicy", "OrderedReady") for o in (old, new))
    if was != is_:
        fact = f"StatefulSet {name(new)} has podManagementPolicy {is_}, and is deployed with {was}"
        yield IMMUTABLE_FIELD.at(source, (component(new),), fact, recreated(new))


def _cluster_ip(source: Source, old: Manifest, new: Manifest) -> Iterator[Finding]:
    was, is_ = old["spec"].get("clusterIP", ""), new["spec"].get("clusterIP", "")
    # One that is not rendered is kept by the API server; a headless Service stays one.
    if was == is_ or "None" not in (was, is_) or old["spec"].get("type") == "ExternalName":
        return
    fact = f"Service {name(new)} would {'become' if is_ == 'None' else 'no longer be'} headless; its clusterIP stays"
    delete = f"kubectl -n {namespace(new)} delete service {name(new)}"
    fix = f"give the Service another name under services, or:\n{delete}\nthen apply what is rendered"
    yield IMMUTABLE_FIELD.at(source, ("services",), fact, fix)


def _labels(labels: dict[str, str] | None) -> str:
    return ",".join(f"{key}={value}" for key, value in sorted((labels or {}).items())) or "nothing"
