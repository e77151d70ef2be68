"""What kustomize makes of a rendered folder is judged without a cluster, and a finding names the transformer."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from deployment import COMMITTED, REFERENCE, TOP, reviewed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HINT = 'PATH="$PATH:$(tools/build_kubernetes.py)"'
ALLOWED = {"RM073", "RM230"}
"""The reference names its images by tags, and its exporters serve any target; that is so before and after."""


def _patch(field: str, value: str) -> str:
    operation = f'[{{"op": "add", "path": "/spec/template/spec/{field}", "value": {value}}}]'
    return f"patches: [{{target: {{kind: StatefulSet}}, patch: '{operation}'}}]"


OVERLAYS: dict[str, tuple[str, dict[str, str]]] = {
    "nothing": ("", {}),
    "another registry": ("images: [{name: redis, newName: registry.example/mirror/redis}]", {}),
    "an older image": ("images: [{name: redis, newTag: 6.2.14}]", {"RM070": "6.2.14 is older than 7.0"}),
    "an older exporter": (
        "images: [{name: oliver006/redis_exporter, newTag: v1.40.0}]",
        {"RM075": "v1.40.0 is older than version 7"},
    ),
    "a namespace": (
        "namespace: tenant-a",
        {"RM250": "redis is in namespace tenant-a, and its scripts name the members in jewelry-shop"},
    ),
    "a prefix": ("namePrefix: blue-", {"RM251": "blue-redis was rendered as redis", "RM090": "blue-redis-0"}),
    "a suffix": ('nameSuffix: "-2"', {"RM251": "redis-2 was rendered as redis", "RM090": "redis-0-2"}),
    "replicas": ("replicas: [{name: redis, count: 5}]", {"RM252": "has 5 pods, and its scripts know 3"}),
    "stopped": (
        "replicas: [{name: redis, count: 0}, {name: redis-sentinel, count: 0}]",
        {},
    ),
    "labels of objects": ("labels: [{pairs: {team: shop}}]", {}),
    "labels of selectors": (
        "labels: [{pairs: {team: shop}, includeSelectors: true}]",
        {"RM254": "its selector has team"},
    ),
    "common labels": ("commonLabels: {team: shop}", {"RM254": "its selector has team"}),
    "common annotations": ("commonAnnotations: {team: shop}", {}),
    "a merged ConfigMap": (
        "configMapGenerator: [{name: redis-config, namespace: jewelry-shop, behavior: merge, literals: [a=b],"
        " options: {disableNameSuffixHash: true}}]",
        {"RM253": "checksum/config was made of another configuration"},
    ),
    "a patch": (
        _patch("hostAliases", '[{"ip": "192.0.2.1", "hostnames": ["a"]}]'),
        {},
    ),
    "a patch that is not legal": (
        _patch("hostAlias", "[]"),
        {"RM091": "hostAlias"},
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def build(
    require_tool: Callable[[str, str], str], tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., str]:
    """What `kubectl kustomize` prints for an overlay over a rendered profile."""
    kubectl = require_tool("kubectl", HINT)

    def run(overlay: str, path: Path = REFERENCE) -> str:
        folder = tmp_path_factory.mktemp("overlay")
        files = reviewed(path).rendering.files
        (folder / "base").mkdir()
        for name, content in files.items():
            (folder / "base" / name).write_bytes(content)
        resources = "".join(f"- {name}\n" for name in files)
        (folder / "base" / "kustomization.yaml").write_text(f"resources:\n{resources}")
        (folder / "kustomization.yaml").write_text(f"resources: [base]\n{overlay}\n")
        done = subprocess.run(
            [kubectl, "kustomize", str(folder)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def check(stream: str, *options: str) -> tuple[int, list[dict[str, Any]]]:
    """Exit code and findings of ``stream | redismanifests check -``."""
    command = [sys.executable, "-m", "redismanifests", "check", "-", "--format", "json", *options]
    done = subprocess.run(command, input=stream, capture_output=True, text=True, check=False, env=os.environ)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


@pytest.mark.parametrize("name", OVERLAYS)
def test_an_overlay_is_judged_by_what_it_does(name: str, build: Callable[..., str]) -> None:
    overlay, expected = OVERLAYS[name]
    exit_code, found = check(build(overlay))
    facts = {(each["code"], each["fact"]) for each in found if each["code"] not in ALLOWED}
    assert {code for code, _ in facts} == expected.keys()
    for code, words in expected.items():
        assert any(words in fact for each, fact in facts if each == code), facts
    assert exit_code == (1 if any(each["severity"] == "error" for each in found) else 0)


def test_templates_with_labels_are_judged_as_this_kustomize_builds_them(build: Callable[..., str]) -> None:
    """Version 5.5 labels claim templates, too, which are immutable; 5.8 does not (kustomize#5831)."""
    built = build("labels: [{pairs: {team: shop}, includeTemplates: true}]")
    _, found = check(built)
    told = "RM254" in {each["code"] for each in found}
    claims = built.partition("volumeClaimTemplates:")[2].partition("spec:")[0]
    assert told == ("team: shop" in claims)


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.stem)
def test_a_build_without_an_overlay_has_no_error(path: Path, build: Callable[..., str]) -> None:
    version = reviewed(path).profile.kubernetes_version
    code, found = check(build("", path), "--profile", str(path))
    assert code == 0, (version, [each for each in found if each["severity"] == "error"])


def test_a_finding_stands_at_the_line_of_the_stream(build: Callable[..., str]) -> None:
    stream = build("replicas: [{name: redis, count: 5}]")
    _, found = check(stream)
    place = next(each for each in found if each["code"] == "RM252")
    assert stream.splitlines()[place["line"] - 1].strip() == "replicas: 5"


def test_the_two_lines_of_the_guide_make_a_base(
    require_tool: Callable[[str, str], str], tmp_path: Path
) -> None:
    kubectl = require_tool("kubectl", HINT)
    lines = re.search(
        r"```console\n(cd rendered\n.*?)```", (TOP / "docs/gitops.md").read_text("utf-8"), re.DOTALL
    )
    assert lines
    files = reviewed(REFERENCE).rendering.files
    run = [sys.executable, "-m", "redismanifests"]
    subprocess.run([*run, "render", REFERENCE], cwd=tmp_path, check=True, capture_output=True)
    for _ in range(2):
        subprocess.run(["sh", "-ec", lines[1]], cwd=tmp_path, check=True)
        built = subprocess.run(
            [kubectl, "kustomize", "rendered"], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert built.stdout.count("\nkind: ") == sum(name.endswith(".yaml") for name in files), built.stderr
        again = subprocess.run(
            [*run, "render", REFERENCE, "--check"], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert (again.returncode, again.stdout) == (0, "")
        judged = subprocess.run(
            [*run, "check", "rendered"], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert (judged.returncode, "kustomization" in judged.stdout) == (0, False)
