"""Drift on a real API server: what it completes is never reported, and each change of one field is, with who did it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from cluster.namespace import REFERENCE_LIMITS, RESTRICTED, Namespace
from cluster.rendering import profile_for, rendered
from deployment import COMMITTED, REFERENCE, TOP, covering
from redismanifests.prove.drift import differences
from seldom import SELDOM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cluster.api import Api
    from cluster.kubectl import Kubectl

pytestmark = pytest.mark.cluster

NETWORK = TOP / "tests" / "profiles" / "network-policy.yaml"
WAYS = {
    "client-side": ("apply",),
    "server-side": ("apply", "--server-side"),
    "create": ("create",),
    "argocd": ("apply", "--server-side", "--field-manager=argocd-controller"),
}


OFTEN = (REFERENCE, *covering()[:4])
"""Server-side all fields of the reference are written, and those of the others in test_folder_reconciled.py."""


@pytest.mark.parametrize(
    ("profile", "way"),
    [
        pytest.param(
            each, way, marks=() if each == REFERENCE or (each in OFTEN and way == "client-side") else SELDOM
        )
        for each in COMMITTED
        for way in WAYS
        if each == REFERENCE or way in ("client-side", "server-side")
    ],
    ids=lambda each: each if isinstance(each, str) else each.stem,
)
def test_what_the_api_server_completes_is_never_drift(
    profile: Any, way: str, namespace: Namespace, kubernetes: str, kubectl: Kubectl, tmp_path: Any
) -> None:
    folder = rendered(profile_for(profile, namespace.name, kubernetes, tmp_path), tmp_path / "rendered")
    if not folder.brings_namespace:
        namespace.create(RESTRICTED, REFERENCE_LIMITS)
    said = kubectl(*WAYS[way], "-f", folder.folder)
    assert said.code == 0, said.errors
    found = {
        f"{each['kind']} {each['metadata']['name']}": [
            d.text for d in differences(each, namespace.stored(each))
        ]
        for each in folder.objects
    }
    assert {name: texts for name, texts in found.items() if texts} == {}


@pytest.fixture(scope="module")
def deployed(
    api: Api, kubectl: Kubectl, kubernetes: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Namespace, dict[str, Any]]]:
    """The reference with network policies beside it, applied once; the changes are dry runs."""
    namespace = Namespace(api, "drifting")
    namespace.create(RESTRICTED, REFERENCE_LIMITS)
    objects: dict[str, Any] = {}
    for profile, kinds in ((REFERENCE, ()), (NETWORK, ("NetworkPolicy",))):
        room = tmp_path_factory.mktemp("drift")
        folder = rendered(profile_for(profile, namespace.name, kubernetes, room), room / "rendered")
        chosen = [each for each in folder.objects if not kinds or each["kind"] in kinds]
        said = kubectl(
            "apply", "-f", "-", text=json.dumps({"kind": "List", "apiVersion": "v1", "items": chosen})
        )
        assert said.code == 0, said.errors[-500:]
        objects |= {f"{each['kind']}/{each['metadata']['name']}": each for each in chosen}
    yield namespace, objects
    namespace.remove()


_POD, _REDIS, _EXPORTER = (
    "/spec/template/spec",
    "/spec/template/spec/containers/0",
    "/spec/template/spec/containers/1",
)
_SET, _SENTINEL = "StatefulSet/redis", "StatefulSet/redis-sentinel"

CHANGES: dict[str, tuple[str, str, str, Any]] = {
    "spec.replicas is 2 instead of 3": (_SET, "replace", "/spec/replicas", 2),
    "spec.updateStrategy.type is OnDelete instead of RollingUpdate": (
        _SET,
        "replace",
        "/spec/updateStrategy",
        {"type": "OnDelete"},
    ),
    # 1.37 adds a maxUnavailable of its own to it.
    'spec.updateStrategy.rollingUpdate is {"partition": 2': (
        _SET,
        "add",
        "/spec/updateStrategy/rollingUpdate",
        {"partition": 2},
    ),
    "spec.minReadySeconds is 5, which was not rendered": (_SET, "add", "/spec/minReadySeconds", 5),
    "spec.persistentVolumeClaimRetentionPolicy.whenScaled is Delete instead of Retain": (
        _SET,
        "replace",
        "/spec/persistentVolumeClaimRetentionPolicy/whenScaled",
        "Delete",
    ),
    "metadata.labels.team is shop, which was not rendered": (_SET, "add", "/metadata/labels/team", "shop"),
    "metadata.labels[app.kubernetes.io/name] is missing; redis was rendered": (
        _SET,
        "remove",
        "/metadata/labels/app.kubernetes.io~1name",
        None,
    ),
    "spec.template.metadata.labels.tier is data, which was not rendered": (
        _SET,
        "add",
        "/spec/template/metadata/labels/tier",
        "data",
    ),
    "spec.template.metadata.annotations[prometheus.io/scrape] is false instead of true": (
        _SET,
        "replace",
        "/spec/template/metadata/annotations/prometheus.io~1scrape",
        "false",
    ),
    "spec.template.metadata.annotations[sidecar.istio.io/inject] is true, which was not rendered": (
        _SET,
        "add",
        "/spec/template/metadata/annotations/sidecar.istio.io~1inject",
        "true",
    ),
    "spec.template.spec.terminationGracePeriodSeconds is 30 instead of 60": (
        _SET,
        "replace",
        f"{_POD}/terminationGracePeriodSeconds",
        30,
    ),
    'spec.template.spec.nodeSelector is {"disk": "ssd"}, which was not rendered': (
        _SET,
        "add",
        f"{_POD}/nodeSelector",
        {"disk": "ssd"},
    ),
    "spec.template.spec.priorityClassName is high, which was not rendered": (
        _SET,
        "add",
        f"{_POD}/priorityClassName",
        "high",
    ),
    "spec.template.spec.dnsPolicy is Default, which was not rendered": (
        _SET,
        "add",
        f"{_POD}/dnsPolicy",
        "Default",
    ),
    "spec.template.spec.securityContext.runAsUser is 1000 instead of 999": (
        _SET,
        "replace",
        f"{_POD}/securityContext/runAsUser",
        1000,
    ),
    "spec.template.spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution is missing; ": (
        _SET,
        "remove",
        f"{_POD}/affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution",
        None,
    ),
    'spec.template.spec.tolerations is [{"operator": "Exists"}], which was not rendered': (
        _SET,
        "add",
        f"{_POD}/tolerations",
        [{"operator": "Exists"}],
    ),
    "spec.template.spec.containers[redis].image is redis:7.2 instead of redis:7.0.15": (
        _SET,
        "replace",
        f"{_REDIS}/image",
        "redis:7.2",
    ),
    "spec.template.spec.containers[redis].imagePullPolicy is Always instead of IfNotPresent": (
        _SET,
        "replace",
        f"{_REDIS}/imagePullPolicy",
        "Always",
    ),
    "spec.template.spec.containers[redis].resources.limits.memory is 1Gi instead of 512Mi": (
        _SET,
        "replace",
        f"{_REDIS}/resources/limits/memory",
        "1Gi",
    ),
    "spec.template.spec.containers[redis].resources.requests.cpu is missing; 250m was rendered": (
        _SET,
        "remove",
        f"{_REDIS}/resources/requests/cpu",
        None,
    ),
    "spec.template.spec.containers[redis].readinessProbe.timeoutSeconds is 1 instead of 3": (
        _SET,
        "remove",
        f"{_REDIS}/readinessProbe/timeoutSeconds",
        None,
    ),
    'spec.template.spec.containers[redis].readinessProbe.exec.command is ["redis-cli", "ping"]': (
        _SET,
        "replace",
        f"{_REDIS}/readinessProbe/exec/command",
        ["redis-cli", "ping"],
    ),
    "spec.template.spec.containers[redis].livenessProbe is missing; ": (
        _SET,
        "remove",
        f"{_REDIS}/livenessProbe",
        None,
    ),
    "spec.template.spec.containers[redis].lifecycle is missing; ": (
        _SET,
        "remove",
        f"{_REDIS}/lifecycle",
        None,
    ),
    'spec.template.spec.containers[redis].env[DEBUG] is {"name": "DEBUG", "value": "1"}, which was not rendered': (
        _SET,
        "add",
        f"{_REDIS}/env/-",
        {"name": "DEBUG", "value": "1"},
    ),
    "spec.template.spec.containers[redis].securityContext.readOnlyRootFilesystem is false instead of true": (
        _SET,
        "replace",
        f"{_REDIS}/securityContext/readOnlyRootFilesystem",
        False,
    ),
    'spec.template.spec.containers[redis].command is ["sh", "/bin/start.sh"] instead of ["sh", "/config/': (
        _SET,
        "replace",
        f"{_REDIS}/command/1",
        "/bin/start.sh",
    ),
    "spec.template.spec.containers[redis-exporter].args is [": (
        _SET,
        "replace",
        f"{_EXPORTER}/args/1",
        "--web.listen-address=:9999",
    ),
    "spec.template.spec.containers[redis-exporter].ports[9121/TCP].name is prom instead of metrics": (
        _SET,
        "replace",
        f"{_EXPORTER}/ports/0/name",
        "prom",
    ),
    "spec.template.spec.containers[debug] is": (
        _SENTINEL,
        "add",
        f"{_POD}/containers/-",
        {"name": "debug", "image": "busybox:1"},
    ),
    "spec.template.spec.containers[sentinel-exporter] is missing; ": (_SENTINEL, "remove", _EXPORTER, None),
    "spec.template.spec.volumes[extra] is": (
        _SENTINEL,
        "add",
        f"{_POD}/volumes/-",
        {"name": "extra", "emptyDir": {}},
    ),
    "spec.type is NodePort instead of ClusterIP": ("Service/redis", "replace", "/spec/type", "NodePort"),
    "spec.ports[6379/TCP].targetPort is 6380 instead of redis": (
        "Service/redis",
        "replace",
        "/spec/ports/0/targetPort",
        6380,
    ),
    "spec.selector.app is other instead of redis": (
        "Service/redis",
        "replace",
        "/spec/selector/app",
        "other",
    ),
    "spec.sessionAffinity is ClientIP, which was not rendered": (
        "Service/redis",
        "replace",
        "/spec/sessionAffinity",
        "ClientIP",
    ),
    "spec.publishNotReadyAddresses is missing; ": (
        "Service/redis-headless",
        "remove",
        "/spec/publishNotReadyAddresses",
        None,
    ),
    'spec.externalIPs is ["192.0.2.1"], which was not rendered': (
        "Service/redis-sentinel",
        "add",
        "/spec/externalIPs",
        ["192.0.2.1"],
    ),
    "data.extra is yes, which was not rendered": ("ConfigMap/redis-config", "add", "/data/extra", "yes"),
    "data[redis.conf] line 1 is nothing to see instead of": (
        "ConfigMap/redis-config",
        "replace",
        "/data/redis.conf",
        "nothing to see\nhere\n",
    ),
    "data[redis-ready.sh] is missing; ": ("ConfigMap/redis-config", "remove", "/data/redis-ready.sh", None),
    "immutable is true, which was not rendered": ("ConfigMap/redis-config", "add", "/immutable", True),
    "spec.maxUnavailable is 3 instead of 1": (
        "PodDisruptionBudget/redis",
        "replace",
        "/spec/maxUnavailable",
        3,
    ),
    "automountServiceAccountToken is true instead of false": (
        "ServiceAccount/redis",
        "replace",
        "/automountServiceAccountToken",
        True,
    ),
}
"""What must be said of a change, and the change: object, operation, place, value."""


def changed(namespace: Namespace, manifest: Any, operation: str, place: str, value: Any) -> Any:
    """The object as the API server would store it, after a change by kubectl patch."""
    patch = {"op": operation, "path": place, **({} if operation == "remove" else {"value": value})}
    answer = namespace.api.patch(
        namespace.place(manifest),
        [patch],  # type: ignore[arg-type]
        "application/json-patch+json",
        "dryRun=All&fieldManager=kubectl-patch",
    )
    return answer.succeeded()


@pytest.mark.parametrize("said", CHANGES)
def test_every_change_of_one_field_is_told_once_with_who_did_it(
    deployed: tuple[Namespace, dict[str, Any]], said: str
) -> None:
    namespace, objects = deployed
    of, *change = CHANGES[said]
    live = changed(namespace, objects[of], *change)
    found = differences(objects[of], live)
    assert len(found) == 1, [each.text for each in found]
    assert found[0].text.startswith(said), found[0].text
    # Of what was taken away no owner is kept.
    assert (" is missing; " in found[0].text) or "(kubectl-patch, 20" in found[0].text


def test_there_are_more_than_thirty_changes_and_none_is_of_a_field_that_is_written_by_the_server() -> None:
    assert len(CHANGES) >= 30
    assert len({json.dumps(change) for change in CHANGES.values()}) == len(CHANGES)


def test_without_owners_a_change_is_told_all_the_same(deployed: tuple[Namespace, dict[str, Any]]) -> None:
    """`kubectl get -o yaml` leaves them out."""
    namespace, objects = deployed
    for of, *change in CHANGES.values():
        live = changed(namespace, objects[of], *change)
        live["metadata"].pop("managedFields")
        assert differences(objects[of], live)
    for each in objects.values():
        stored = namespace.stored(each)
        stored["metadata"].pop("managedFields")
        assert differences(each, stored) == ()
