"""A quota is one step too small for the reference deployment: exactly one finding appears, where most is asked for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from deployment import MINIMAL, REFERENCE
from redismanifests.core.values.quantity import Quantity
from redismanifests.judge.namespace import quota_change
from redismanifests.judge.review import review

if TYPE_CHECKING:
    from pathlib import Path

    from redismanifests.core.findings import Finding

EXACT: dict[str, tuple[str, str, str]] = {
    "cpu": ("1650m", "1649m", "redis.resources.requests.cpu"),
    "requests.cpu": ("1.65", "1649m", "redis.resources.requests.cpu"),
    "limits.cpu": ("3300m", "3299m", "redis.resources.limits.cpu"),
    "memory": ("1920Mi", "2013265919", "redis.resources.requests.memory"),
    "requests.memory": ("1920Mi", "1919Mi", "redis.resources.requests.memory"),
    "limits.memory": ("3840Mi", "3839Mi", "redis.resources.limits.memory"),
    "pods": ("6", "5", "redis.replicas"),
    "count/pods": ("6", "5", "redis.replicas"),
    "persistentvolumeclaims": ("6", "5", "redis.replicas"),
    "requests.storage": ("33Gi", "32Gi", "redis.storage.size"),
    "local-path.storageclass.storage.k8s.io/requests.storage": ("33Gi", "32Gi", "redis.storage.size"),
    "local-path.storageclass.storage.k8s.io/persistentvolumeclaims": ("6", "5", "redis.replicas"),
    "services": ("10", "9", "services"),
    "configmaps": ("2", "1", "namespace"),
    "count/serviceaccounts": ("2", "1", "namespace"),
    "count/statefulsets.apps": ("2", "1", "namespace"),
    "count/poddisruptionbudgets.policy": ("2", "1", "disruption"),
    "count/endpoints": ("10", "9", "namespace"),
    "count/endpointslices.discovery.k8s.io": ("10", "9", "namespace"),
}
"""What the deployment asks for, one step less, and the line that a finding stands at."""


def quota(hard: dict[str, str], used: dict[str, str] | None = None, **spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "compute"},
        "spec": {"hard": hard, **spec},
        **({"status": {"hard": hard, "used": used}} if used else {}),
    }


def about(profile: Path, folder: Path, *objects: dict[str, Any]) -> list[Finding]:
    """Findings about quotas, where the namespace has these objects."""
    file = folder / "limits.yaml"
    file.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))
    return [each for each in review(profile, [file]).findings if "RM107" <= each.code <= "RM113"]


def told(findings: list[Finding]) -> list[tuple[str, str]]:
    """Code and setting of each."""
    return sorted((each.code, ".".join(map(str, each.path))) for each in findings)


@pytest.mark.parametrize("resource", EXACT)
def test_what_is_exactly_enough_is_admitted(resource: str, tmp_path: Path) -> None:
    assert about(REFERENCE, tmp_path, quota({resource: EXACT[resource][0]})) == []


@pytest.mark.parametrize("resource", EXACT)
def test_one_step_less_is_found_at_the_line_that_weighs_most(resource: str, tmp_path: Path) -> None:
    _, less, setting = EXACT[resource]
    (finding,) = about(REFERENCE, tmp_path, quota({resource: less}))
    assert (finding.code, ".".join(map(str, finding.path))) == ("RM108", setting)
    assert f"ask the owner of the namespace for {resource}: " in finding.fix


@pytest.mark.parametrize("resource", [each for each in EXACT if "count" not in each])
def test_the_change_that_is_told_is_enough_and_no_finding_of_a_limit_range_follows(
    resource: str, tmp_path: Path
) -> None:
    tight = quota({resource: EXACT[resource][1]})
    (finding,) = about(REFERENCE, tmp_path, tight)
    if not finding.fix.startswith("set "):
        return
    changed = tmp_path / "changed.yaml"
    text = REFERENCE.read_text("utf-8").replace("limits:\n  - limits/jewelry-shop.yaml\n", "", 1)
    section, _, rest = text.partition("sentinel:\n")
    for part in finding.fix.partition(", or ask")[0].removeprefix("set ").split(" and "):
        path, _, value = part.partition(" to ")
        *_, side, key = path.split(".")
        before, found, after = section.partition(f"{side}:" if side in ("requests", "limits") else "redis:")
        line = next(each for each in after.splitlines() if each.strip().startswith(f"{key}:"))
        section = before + found + after.replace(line, f"{line.partition(':')[0]}: {value}", 1)
    changed.write_text(f"{section}sentinel:\n{rest}", encoding="utf-8")
    assert about(changed, tmp_path, tight) == []


def test_a_change_that_a_limit_range_forbids_is_not_told(tmp_path: Path) -> None:
    limits = {
        "apiVersion": "v1",
        "kind": "LimitRange",
        "metadata": {"name": "limits"},
        "spec": {"limits": [{"type": "Container", "maxLimitRequestRatio": {"cpu": "2"}}]},
    }
    (free,) = about(REFERENCE, tmp_path, quota({"requests.cpu": "1.6"}))
    (bound,) = about(REFERENCE, tmp_path, limits, quota({"requests.cpu": "1.6"}))
    assert free.fix.startswith("set redis.resources.requests.cpu to 230m, or ask")
    assert bound.fix.startswith("ask the owner")


def test_nobody_is_told_to_do_with_less_than_half(tmp_path: Path) -> None:
    (finding,) = about(REFERENCE, tmp_path, quota({"limits.memory": "2Gi"}))
    assert finding.fix == "ask the owner of the namespace for limits.memory: 3840Mi"


def test_what_others_use_counts(tmp_path: Path) -> None:
    (finding,) = about(REFERENCE, tmp_path, quota({"pods": "10"}, {"pods": "5"}))
    assert (finding.code, finding.fix) == (
        "RM109",
        "set redis.replicas to 2, or ask the owner of the namespace for pods: 11",
    )
    assert "allows 10 of pods, 5 of it used, and the deployment asks for 6: 1 too much" in finding.fact


def test_what_is_used_may_be_this_deployment(tmp_path: Path) -> None:
    hard = {"pods": "10", "requests.storage": "40Gi"}
    found = about(REFERENCE, tmp_path, quota(hard, {"pods": "6", "requests.storage": "33Gi"}))
    assert {each.code for each in found} == {"RM110"}
    found = about(REFERENCE, tmp_path, quota(hard, {"pods": "6", "requests.storage": "32Gi"}))
    assert {each.code for each in found} == {"RM109"}


def test_what_a_container_does_not_say_is_found_at_its_line(tmp_path: Path) -> None:
    found = about(MINIMAL, tmp_path, quota({"limits.cpu": "100"}))
    assert told(found) == [
        ("RM111", f"{section}.resources.limits.cpu")
        for section in ("exporters.redis", "exporters.sentinel", "redis", "sentinel")
    ]
    assert "must specify limits.cpu for: redis,redis-exporter" in found[-1].fact + found[-2].fact


def test_a_default_of_the_namespace_says_it(tmp_path: Path) -> None:
    limits = {
        "apiVersion": "v1",
        "kind": "LimitRange",
        "metadata": {"name": "limits"},
        "spec": {"limits": [{"type": "Container", "default": {"cpu": "1"}}]},
    }
    assert about(MINIMAL, tmp_path, limits, quota({"limits.cpu": "12"})) == []
    (finding,) = about(MINIMAL, tmp_path, limits, quota({"limits.cpu": "11"}))
    assert finding.code == "RM108"


@pytest.mark.parametrize(
    ("scopes", "codes"),
    [
        (["NotTerminating"], ["RM108"]),
        (["Terminating"], []),
        (["NotBestEffort"], ["RM108"]),
        (["PriorityClass"], []),
        (["CrossNamespacePodAffinity"], []),
    ],
)
def test_a_quota_counts_only_what_its_scopes_match(
    scopes: list[str], codes: list[str], tmp_path: Path
) -> None:
    found = about(REFERENCE, tmp_path, quota({"pods": "1"}, scopes=scopes))
    assert [each.code for each in found] == codes


def test_revisions_of_later_rollouts_are_a_warning(tmp_path: Path) -> None:
    revisions = "count/controllerrevisions.apps"
    assert about(REFERENCE, tmp_path, quota({revisions: "24"})) == []
    (finding,) = about(REFERENCE, tmp_path, quota({revisions: "23"}))
    assert finding.code == "RM112"
    (finding,) = about(REFERENCE, tmp_path, quota({revisions: "1"}))
    assert finding.code == "RM108"


def test_a_class_that_only_the_cluster_knows_is_a_note(tmp_path: Path) -> None:
    of_class = quota({"fast.storageclass.storage.k8s.io/requests.storage": "1Gi"})
    (finding,) = about(MINIMAL, tmp_path, of_class)
    assert (finding.code, finding.path) == ("RM113", ("storage", "storageClassName"))
    assert about(REFERENCE, tmp_path, of_class) == []


def test_node_ports_and_load_balancers_follow_the_type_of_the_services(tmp_path: Path) -> None:
    profile = tmp_path / "profile.yaml"
    profile.write_text("name: redis\nnamespace: shop\nservices: {sentinel: {type: LoadBalancer}}\n")
    found = about(profile, tmp_path, quota({"services.loadbalancers": "0", "services.nodeports": "0"}))
    assert told(found) == [("RM108", "services.sentinel.type")] * 2
    assert all(each.fix.startswith("set services.sentinel.type to ClusterIP, or ask") for each in found)


def test_a_broken_quota_is_an_error_at_its_place(tmp_path: Path) -> None:
    (finding,) = about(REFERENCE, tmp_path, quota({"memory.limits": "1Gi"}))
    assert (finding.code, finding.path) == ("RM107", ("items", 0, "spec", "hard", "memory.limits"))


def test_each_of_several_sums_that_are_short_asks_for_all_of_them(tmp_path: Path) -> None:
    hard = {"requests.cpu": "1", "limits.memory": "2Gi"}
    found = about(REFERENCE, tmp_path, quota(hard))
    assert [each.code for each in found] == ["RM108", "RM108"]
    for each in found:
        _, _, wanted = each.fix.partition("ask the owner of the namespace for ")
        hard = dict(word.split(": ") for word in wanted.split(", "))
        assert about(REFERENCE, tmp_path, quota(hard)) == []


@pytest.mark.parametrize(
    ("amount", "share", "smaller"),
    [
        ("640Mi", "103Mi", "512Mi"),
        ("4Gi", "1Gi", "3Gi"),
        ("250m", "17m", "230m"),
        ("2", "100m", "1900m"),
        ("100Mi", "50Mi", "50Mi"),
        ("100Mi", "51Mi", "None"),
    ],
)
def test_a_smaller_amount_is_a_round_figure(amount: str, share: str, smaller: str) -> None:
    assert str(quota_change._less(Quantity.parse(amount), Quantity.parse(share).nano)) == smaller
