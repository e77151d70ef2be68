"""The door to kubeconform: same schemas, one verdict a document, and its own troubles in words."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING

import pytest

from redismanifests.errors import RedismanifestsError, ToolError
from redismanifests.judge.kubernetes import kubeconform, supported_versions
from redismanifests.judge.kubernetes.custom import CUSTOM
from redismanifests.judge.kubernetes.kubeconform import Status

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HINT = 'PATH="$(tools/build_kubeconform.sh):$PATH"'
SERVICE_ACCOUNT = "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: redis\n"


@pytest.fixture
def _kubeconform(require_tool: Callable[[str, str], str]) -> None:
    require_tool("kubeconform", HINT)


@pytest.fixture
def impostor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Put a shell script in kubeconform's place."""

    def put(script: str) -> None:
        program = tmp_path / "kubeconform"
        program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    return put


@pytest.mark.usefixtures("_kubeconform")
@pytest.mark.parametrize("version", supported_versions())
def test_realistic_objects_are_accepted_in_every_version(manifests: dict[str, str], version: str) -> None:
    verdicts = kubeconform.check(manifests, version)
    assert [verdict.file for verdict in verdicts] == list(manifests)
    assert [verdict for verdict in verdicts if verdict.status is not Status.VALID] == []


@pytest.mark.usefixtures("_kubeconform")
def test_a_verdict_names_file_object_and_every_problem(manifests: dict[str, str]) -> None:
    text = manifests["objects/statefulset.yaml"].replace("replicas: 3", "replcas: '3'")
    text = text.replace("containerPort: 6379", "containerPort: x")
    (verdict,) = kubeconform.check({"redis-statefulset.yaml": text}, "1.32")
    assert (verdict.file, verdict.kind, verdict.name) == ("redis-statefulset.yaml", "StatefulSet", "redis")
    assert verdict.status is Status.INVALID
    assert set(verdict.message.split("; ")) == {
        "at '/spec': additional properties 'replcas' not allowed",
        "at '/spec/template/spec/containers/0/ports/0/containerPort': got string, want integer",
    }


@pytest.mark.usefixtures("_kubeconform")
def test_every_document_of_a_file_has_a_verdict() -> None:
    text = f"{SERVICE_ACCOUNT}---\n# nothing\n---\n{SERVICE_ACCOUNT.replace('name:', 'nam:')}"
    verdicts = kubeconform.check({"first": SERVICE_ACCOUNT, "several": text}, "1.32")
    assert [(verdict.file, verdict.status) for verdict in verdicts] == [
        ("first", Status.VALID),
        ("several", Status.VALID),
        ("several", Status.EMPTY),
        ("several", Status.INVALID),
    ]


@pytest.mark.usefixtures("_kubeconform")
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "did not find expected node content"),
        ("a: 1\n", "missing 'kind' key"),
        ("kind: Zoo\napiVersion: v1\n", "could not find schema for Zoo"),
        (f"{SERVICE_ACCOUNT}kind: Service\n", 'key "kind" already set in map'),
        (f"{SERVICE_ACCOUNT}automountServiceAccountToken: .inf\n", "unsupported value: +Inf"),
    ],
)
def test_what_cannot_be_judged_is_an_error(text: str, message: str) -> None:
    (verdict,) = kubeconform.check({"x": text}, "1.32")
    assert verdict.status is Status.ERROR
    assert not verdict.accepted
    assert message in verdict.message


@pytest.mark.usefixtures("_kubeconform")
@pytest.mark.parametrize(("api_version", "kind"), CUSTOM)
def test_kinds_of_operators_are_the_clusters_to_judge(api_version: str, kind: str) -> None:
    text = f"apiVersion: {api_version}\nkind: {kind}\nmetadata:\n  name: redis\n"
    (verdict,) = kubeconform.check({"x": text}, "1.32")
    assert verdict.status is Status.SKIPPED
    assert verdict.accepted


@pytest.mark.usefixtures("_kubeconform")
def test_a_file_name_leads_nowhere() -> None:
    verdicts = kubeconform.check({"../../x": SERVICE_ACCOUNT, "/etc/passwd": SERVICE_ACCOUNT}, "1.32")
    assert [verdict.file for verdict in verdicts] == ["../../x", "/etc/passwd"]


@pytest.mark.usefixtures("_kubeconform")
@pytest.mark.parametrize("name", ["a b", "100%25", "#1", "{{x}}", "ä"])
def test_the_name_of_the_temporary_folder_does_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (tmp_path / name).mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / name))
    (verdict,) = kubeconform.check({"x": SERVICE_ACCOUNT}, "1.32")
    assert verdict.status is Status.VALID, verdict.message


def test_a_missing_kubeconform_is_told_with_the_way_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolError, match="not on PATH") as missing:
        kubeconform.check({"x": SERVICE_ACCOUNT}, "1.32")
    assert "go install github.com/yannh/kubeconform/cmd/kubeconform@v" in missing.value.fix


@pytest.mark.parametrize(
    ("script", "fact"),
    [
        ("echo no such flag >&2; exit 1", "unexpected output: no such flag"),
        ("exit 0", "unexpected output: nothing"),
        ("echo '[]'", r"unexpected output: \[\]"),
        ("""echo '{"resources": [{"filename": "elsewhere"}]}'""", "unexpected output"),
    ],
)
def test_a_kubeconform_that_talks_nonsense_is_told(
    impostor: Callable[[str], None], script: str, fact: str
) -> None:
    impostor(script)
    with pytest.raises(ToolError, match=fact):
        kubeconform.check({"x": SERVICE_ACCOUNT}, "1.32")


def test_a_kubeconform_that_hangs_is_ended(
    impostor: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kubeconform, "PATIENCE_SECONDS", 0.2)
    impostor("exec sleep 60")
    with pytest.raises(ToolError, match="has not answered"):
        kubeconform.check({"x": SERVICE_ACCOUNT}, "1.32")


def test_a_kubeconform_that_cannot_run_is_told(impostor: Callable[[str], None], tmp_path: Path) -> None:
    impostor("")
    (tmp_path / "kubeconform").write_bytes(b"\x7fELF, but not really")
    with pytest.raises(ToolError, match="cannot be run"):
        kubeconform.check({"x": SERVICE_ACCOUNT}, "1.32")


def test_a_version_without_schemas_is_refused(impostor: Callable[[str], None]) -> None:
    impostor("exit 0")
    with pytest.raises(RedismanifestsError, match=r"1\.24"):
        kubeconform.check({"x": SERVICE_ACCOUNT}, "1.24")


def test_an_export_has_the_same_bytes_twice(tmp_path: Path) -> None:
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()
        kubeconform.export("1.32", folder)
    first, second = ({path.name: path.read_bytes() for path in folder.iterdir()} for folder in folders)
    assert first == second
    assert {"statefulset-apps-v1.json", "service-v1.json", "networkpolicy-networking-v1.json"} <= set(first)
