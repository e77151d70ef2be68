"""What other tools deployed under the same names is found before it is taken from them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from commandline import redismanifests
from redismanifests.judge.explanation import named
from redismanifests.judge.review import review, update_findings
from redismanifests.judge.update import Deployed, from_text

if TYPE_CHECKING:
    from pathlib import Path

    from redismanifests.core.findings import Finding
    from redismanifests.judge.review import Review

HELM = {"meta.helm.sh/release-name": "redis", "meta.helm.sh/release-namespace": "shop"}


def _object(kind: str, name: str, labels: dict[str, str], **more: Any) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "shop", "labels": labels, **more.pop("metadata", {})}
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata, **more}


def _pod(labels: dict[str, str]) -> dict[str, Any]:
    return {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "app", "image": "app:1"}]}}


def _shape(
    labels: dict[str, str],
    selector: dict[str, str],
    services: tuple[str, ...],
    workload: str,
    **metadata: Any,
) -> list[dict[str, Any]]:
    """Services and the StatefulSet of a deployment."""
    pods = {
        "selector": {"matchLabels": selector},
        "template": _pod({**labels, **selector}),
    }
    return [
        *(_object("Service", s, labels, metadata=metadata, spec={"selector": selector}) for s in services),
        _object("StatefulSet", workload, labels, metadata=metadata, spec=pods),
    ]


def _helm(chart: str, app: str = "redis") -> dict[str, str]:
    return {
        "app.kubernetes.io/instance": "redis",
        "app.kubernetes.io/managed-by": "Helm",
        "app.kubernetes.io/name": app,
        "helm.sh/chart": chart,
    }


NAMED = {"app.kubernetes.io/name": "redis", "app.kubernetes.io/instance": "redis"}
BOTH = ("redis", "redis-headless")
SHAPES: dict[str, tuple[list[dict[str, Any]], str, set[str]]] = {
    "bitnami": (
        _shape(_helm("redis-23.1.1"), NAMED, BOTH, "redis-node", annotations=HELM),
        "Helm release redis (chart redis-23.1.1)",
        {"Service redis", "Service redis-headless"},
    ),
    "bitnami-rendered": (
        _shape(_helm("redis-23.1.1"), NAMED, BOTH, "redis-node"),
        "Helm release redis (chart redis-23.1.1)",
        {"Service redis", "Service redis-headless"},
    ),
    "cloudpirates": (
        _shape(_helm("redis-0.34.18"), NAMED, BOTH, "redis", annotations=HELM),
        "Helm release redis (chart redis-0.34.18)",
        {"Service redis", "Service redis-headless", "StatefulSet redis"},
    ),
    "helmforge": (
        _shape(_helm("redis-2.0.0"), NAMED, ("redis-sentinel",), "redis-sentinel", annotations=HELM),
        "Helm release redis (chart redis-2.0.0)",
        {"Service redis-sentinel", "StatefulSet redis-sentinel"},
    ),
    "dandydeveloper": (
        _shape(
            {"app": "redis-ha", "heritage": "Helm", "release": "redis", "chart": "redis-ha-4.39.0"},
            {"app": "redis-ha", "release": "redis"},
            ("redis",),
            "redis-server",
        ),
        "Helm release redis (chart redis-ha-4.39.0)",
        {"Service redis"},
    ),
    "bitnami-valkey": (
        _shape(_helm("valkey-4.0.2", "valkey"), NAMED, BOTH, "redis-node", annotations=HELM),
        "Helm release redis (chart valkey-4.0.2)",
        {"Service redis", "Service redis-headless"},
    ),
    "groundhog2k": (
        _shape(_helm("redis-2.4.4"), NAMED, BOTH, "redis", annotations=HELM),
        "Helm release redis (chart redis-2.4.4)",
        {"Service redis", "Service redis-headless", "StatefulSet redis"},
    ),
    "operator": (
        _shape(
            {"app": "redis"},
            {"app": "other"},
            BOTH,
            "redis",
            ownerReferences=[
                {
                    "apiVersion": "redis.redis.opstreelabs.in/v1beta2",
                    "kind": "RedisReplication",
                    "name": "redis",
                    "uid": "8a1c0f5e-2f0b-4a57-9a44-2f3c0a1b2c3d",
                    "controller": True,
                }
            ],
        ),
        "RedisReplication redis (an operator's)",
        {"Service redis", "Service redis-headless", "StatefulSet redis"},
    ),
    "argo-annotation": (
        _shape(
            {"app": "r"},
            {"app": "r"},
            BOTH,
            "r",
            annotations={"argocd.argoproj.io/tracking-id": "legacy:apps/StatefulSet:shop/r"},
        ),
        "Argo CD application legacy",
        {"Service redis", "Service redis-headless"},
    ),
    "flux": (
        _shape({"kustomize.toolkit.fluxcd.io/name": "caches"}, {"app": "r"}, ("redis",), "r"),
        "Flux Kustomization caches",
        {"Service redis"},
    ),
}


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Review:
    path = tmp_path_factory.mktemp("ours") / "profile.yaml"
    path.write_text("name: redis\nnamespace: shop\n", encoding="utf-8")
    return review(path)


def _against(ours: Review, objects: list[dict[str, Any]]) -> tuple[Finding, ...]:
    text = yaml.safe_dump({"apiVersion": "v1", "kind": "List", "items": objects})
    return update_findings(ours, from_text("-", text.encode()))


@pytest.mark.parametrize("shape", SHAPES)
def test_names_of_another_deployment_are_an_error_with_their_owner(ours: Review, shape: str) -> None:
    objects, whose, names = SHAPES[shape]
    (finding,) = _against(ours, objects)
    assert (finding.code, finding.severity) == ("RM244", "error")
    taken, _, rest = finding.fact.removeprefix("applying would take ").partition(" from ")
    assert set(taken.split(", ")) == names
    assert rest.startswith(whose)
    assert "under another name" in finding.fix


def test_it_cannot_be_waived() -> None:
    assert [item.waivable for item in named("RM244")] == [False]


def test_a_foreign_service_that_would_lead_to_our_pods_is_named(ours: Review) -> None:
    metrics = _object("Service", "redis-metrics", _helm("redis-23.1.1"), spec={"selector": NAMED})
    (finding,) = _against(ours, [metrics])
    assert "Service redis-metrics would lead to pods of StatefulSet redis of redis" in finding.fact


def test_a_service_of_ours_that_would_lead_to_foreign_pods_is_named(ours: Review) -> None:
    labels = {**_helm("x-1"), "app": "redis"}
    pods = {"app": "redis", **NAMED}
    workload = _object(
        "Deployment", "web", labels, spec={"selector": {"matchLabels": pods}, "template": _pod(pods)}
    )
    (finding,) = _against(ours, [workload])
    assert "would lead to pods of Deployment web of Helm release redis" in finding.fact


def test_another_release_beside_ours_is_no_finding(ours: Review) -> None:
    other = _shape(_helm("mysql-1", "mysql"), {"app.kubernetes.io/name": "mysql"}, ("mysql",), "mysql")
    deployed = Deployed(tuple(each.manifest for each in ours.rendering.objects) + tuple(other), whole=False)
    assert update_findings(ours, deployed) == ()


def test_a_release_of_redis_under_other_names_is_named_and_another_application_is_not(ours: Review) -> None:
    labels = _helm("redis-ha-4.39.0", "redis-ha")
    release = _shape(
        labels, {"app.kubernetes.io/name": "redis-ha"}, ("redis-redis-ha",), "redis-redis-ha-server"
    )
    (finding,) = _against(ours, release)
    assert finding.code == "RM159"
    pod = release[-1]["spec"]["template"]["spec"]
    pod["containers"][0]["ports"] = [{"containerPort": 6379}]
    (finding,) = _against(ours, release)
    assert (finding.code, finding.severity) == ("RM335", "error")
    assert "2 objects of Helm release redis (chart redis-ha-4.39.0)" in finding.fact
    assert [item.waivable for item in named("RM335")] == [False]


@pytest.mark.parametrize(
    "marks",
    [
        {"annotations": {"argocd.argoproj.io/tracking-id": "shop:apps/StatefulSet:shop/redis"}},
        {"labels": {"kustomize.toolkit.fluxcd.io/name": "shop"}},
        {"labels": {"argocd.argoproj.io/instance": "shop"}},
    ],
)
def test_our_own_objects_are_ours_whoever_applies_them(
    ours: Review, marks: dict[str, dict[str, str]]
) -> None:
    objects = [yaml.safe_load(yaml.safe_dump(each.manifest)) for each in ours.rendering.objects]
    for each in objects:
        for key, more in marks.items():
            each["metadata"][key] = {**(each["metadata"].get(key) or {}), **more}
    assert _against(ours, objects) == ()


def test_check_ends_with_1(ours: Review, tmp_path: Path) -> None:
    (tmp_path / "profile.yaml").write_text("name: redis\nnamespace: shop\n", encoding="utf-8")
    (tmp_path / "release").mkdir()
    (tmp_path / "release" / "all.yaml").write_text(
        yaml.safe_dump_all(SHAPES["bitnami-rendered"][0]), encoding="utf-8"
    )
    done = redismanifests("check", "profile.yaml", "--against", "release", cwd=tmp_path)
    assert done.returncode == 1
    assert "error[RM244]: names-of-another-deployment" in done.stdout
