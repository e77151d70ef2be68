"""What the labels of a Namespace say of the rendered pods: at the annotation of the profile that breaks them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from redismanifests.judge.review import review

if TYPE_CHECKING:
    from pathlib import Path

    from redismanifests.core.findings import Finding

SECCOMP = "seccomp.security.alpha.kubernetes.io/pod"
NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: {name}\n  labels:\n{labels}"


def found(tmp_path: Path, labels: dict[str, str], profile: str = "", name: str = "shop") -> list[Finding]:
    """What is said of a profile with a seccomp annotation in a namespace with these labels."""
    lines = "".join(f'    pod-security.kubernetes.io/{key}: "{value}"\n' for key, value in labels.items())
    (tmp_path / "namespace.yaml").write_text(NAMESPACE.format(name=name, labels=lines or "    app: shop\n"))
    path = tmp_path / "profile.yaml"
    path.write_text(
        "name: redis\nnamespace: shop\nlimits: [namespace.yaml]\n"
        f"pods:\n  annotations:\n    {SECCOMP}: unconfined\n{profile}"
    )
    return [each for each in review(path).findings if "RM105" <= each.code <= "RM129"]


OLD = {mode: {mode: "baseline", f"{mode}-version": "v1.18"} for mode in ("enforce", "warn", "audit")}
"""Labels of the last version that read the annotation."""


@pytest.mark.parametrize(
    ("labels", "code"),
    [
        (OLD["enforce"], "RM121"),
        (OLD["warn"], "RM122"),
        (OLD["audit"], "RM123"),
        # The gravest speaks, the others are silent.
        (OLD["enforce"] | OLD["warn"] | OLD["audit"], "RM121"),
    ],
)
def test_each_mode_has_a_code_of_its_own(tmp_path: Path, labels: dict[str, str], code: str) -> None:
    told = found(tmp_path, labels)
    assert [(each.code, each.path) for each in told] == [(code, ("pods", "annotations", SECCOMP))] * 2
    assert {each.fact.partition(":")[0] for each in told} == {"pods of redis", "pods of redis-sentinel"}
    assert {each.fix for each in told} == {f"remove the annotation {SECCOMP}"}


@pytest.mark.parametrize(
    "labels",
    [
        {},
        {"enforce": "privileged"},
        {"enforce": "restricted"},
        {"enforce": "baseline", "enforce-version": "v1.19"},
    ],
)
def test_a_namespace_that_admits_the_pods_is_not_told_of(tmp_path: Path, labels: dict[str, str]) -> None:
    assert found(tmp_path, labels) == []


def test_a_wrong_label_is_told_in_the_file_of_the_namespace(tmp_path: Path) -> None:
    (told,) = found(tmp_path, {"enforce": "strict"})
    assert (told.code, told.path[-1]) == ("RM120", "pod-security.kubernetes.io/enforce")
    assert told.source
    assert told.source.name.endswith("namespace.yaml")


def test_another_namespace_is_told(tmp_path: Path) -> None:
    (told,) = found(tmp_path, {}, name="bakery")
    assert (told.code, told.fact) == (
        "RM105",
        "this Namespace is of namespace bakery, and the profile is for shop",
    )
    assert told.fix.endswith("kubectl get namespace shop -o yaml")


def test_labels_of_the_rendered_namespace_win_over_those_of_the_file(tmp_path: Path) -> None:
    labels = {"enforce": "baseline", "enforce-version": "v1.18"}
    assert found(tmp_path, labels, "namespaceObjects: {namespace: true, podSecurity: restricted}\n") == []


def test_an_annotation_of_a_container_that_a_pod_does_not_have_is_found(tmp_path: Path) -> None:
    path = tmp_path / "profile.yaml"
    key = "container.apparmor.security.beta.kubernetes.io/redis"
    path.write_text(f"name: redis\nnamespace: shop\npods:\n  annotations:\n    {key}: runtime/default\n")
    (told,) = [each for each in review(path).findings if each.code == "RM090"]
    assert told.path == ("pods", "annotations", key)
    assert told.fact.startswith("StatefulSet redis-sentinel: ")
