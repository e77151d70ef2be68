"""Asked: pods, containers, claims and exporters of the rendered objects, for checks of live objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from redismanifests.core.values.image import Image
from redismanifests.judge.foreign.server import served_by
from redismanifests.profile.formulas.exporter import CLOSED, closes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.core.object import Object
    from redismanifests.prove.checks.desired import Desired

MANAGED, INSTANCE = "app.kubernetes.io/managed-by", "app.kubernetes.io/instance"
_HOSTNAME = "kubernetes.io/hostname"


class Claim(NamedTuple):
    """A claim of a pod, and the mount path of its volume in the serving container."""

    name: str
    pod: str
    spec: Object
    path: str


class Exporter(NamedTuple):
    """A container that serves metrics, in the pod of a server."""

    set_name: str
    container: str
    image: str
    port: int
    url: str
    """Its address inside the pod."""
    closed: bool
    """Whether it is configured to close `/scrape`, and its version can."""


def of_kind(desired: Desired, kind: str) -> tuple[Object, ...]:
    """The rendered objects of a kind."""
    return tuple(item for item in desired.objects if item["kind"] == kind)


def sets(desired: Desired) -> dict[str, Object]:
    """The StatefulSets of both by name."""
    names = dict.fromkeys(name for each in (desired.redis, desired.sentinel) for name, _ in each.sets)
    return {
        name: item
        for name in names
        for item in of_kind(desired, "StatefulSet")
        if item["metadata"]["name"] == name
    }


def replicas(item: Object) -> int:
    """The number of pods of a StatefulSet."""
    number: int = item["spec"].get("replicas", 1)
    return number


def pods(desired: Desired) -> dict[str, Object]:
    """Every expected pod with its template."""
    return {
        f"{name}-{ordinal}": item["spec"]["template"]
        for name, item in sets(desired).items()
        for ordinal in range(replicas(item))
    }


def labels_of(pod: str, template: Object) -> dict[str, str]:
    """The labels that the controller sets on a pod."""
    return {**template["metadata"].get("labels", {}), "statefulset.kubernetes.io/pod-name": pod}


def container_of(desired: Desired, pod: str) -> str:
    """The container of a pod that runs the server."""
    return desired.redis.container if pod in desired.redis.pods else desired.sentinel.container


def claims(desired: Desired) -> Iterator[Claim]:
    """Every expected claim."""
    for name, item in sets(desired).items():
        spec = item["spec"]["template"]["spec"]
        found = served_by(spec, "redis" if name in dict(desired.redis.sets) else "sentinel")
        mounts = (
            {each["name"]: each["mountPath"] for each in found[0].get("volumeMounts", ())} if found else {}
        )
        for ordinal in range(replicas(item)):
            for template in item["spec"].get("volumeClaimTemplates", ()):
                claim = template["metadata"]["name"]
                yield Claim(
                    f"{claim}-{name}-{ordinal}", f"{name}-{ordinal}", template["spec"], mounts.get(claim, "")
                )


def exporters(desired: Desired) -> tuple[Exporter, ...]:
    """The exporters, recognized by their image."""
    return tuple(
        _exporter(name, each)
        for name, item in sets(desired).items()
        for each in item["spec"]["template"]["spec"]["containers"]
        if "exporter" in each["image"].rpartition("/")[2] and each.get("ports")
    )


def _exporter(set_name: str, container: Object) -> Exporter:
    port: int = container["ports"][0]["containerPort"]
    encrypted = any(str(word).startswith("--tls-server-cert-file=") for word in container.get("args") or ())
    variables = {each["name"]: each.get("value") for each in container.get("env") or ()}
    return Exporter(
        set_name,
        container["name"],
        container["image"],
        port,
        f"{'https' if encrypted else 'http'}://127.0.0.1:{port}",
        variables.get(CLOSED) == "true" and _can_close(container["image"]),
    )


def _can_close(reference: str) -> bool:
    try:
        return closes(Image.parse(reference))
    except ValueError:
        return False


def has_closed_exporters(desired: Desired) -> bool:
    """Whether an exporter is configured to close `/scrape`."""
    return any(each.closed for each in exporters(desired))


def apart(item: Object) -> tuple[str, ...]:
    """The topology keys over which the pods of a set must be spread, nodes first."""
    spec = item["spec"]["template"]["spec"]
    affinity = ((spec.get("affinity") or {}).get("podAntiAffinity") or {}).get(
        "requiredDuringSchedulingIgnoredDuringExecution", ()
    )
    found = dict.fromkeys(each["topologyKey"] for each in affinity)
    return tuple(sorted(found, key=lambda key: (key != _HOSTNAME, key)))


def has_claims(desired: Desired) -> bool:
    """Whether any pod stores its data in a claim."""
    return any(True for _ in claims(desired))


def has_exporters(desired: Desired) -> bool:
    """Whether any pod has an exporter."""
    return bool(exporters(desired))


def has_budgets(desired: Desired) -> bool:
    """Whether any PodDisruptionBudget is rendered."""
    return bool(of_kind(desired, "PodDisruptionBudget"))


def has_certificates(desired: Desired) -> bool:
    """Whether Redis has a certificate."""
    return bool(desired.redis_value("tls-cert-file"))


def is_spread_over_more(desired: Desired) -> bool:
    """Whether the pods of a set must be apart in something larger than a node."""
    return any(len(apart(item)) > 1 for item in sets(desired).values())
