"""The profiles that come along are right, and the schema that editors read them with says so too."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from deployment import COMMITTED, MINIMAL, REFERENCE, SHIPPED, TOP, reviewed
from redismanifests.core.data import data_folder
from redismanifests.core.findings import Severity
from redismanifests.judge.kubernetes import supported_versions
from redismanifests.profile.json_schema import profile_schema
from yamlreaders import read_1_2

SCHEMA = TOP / "profiles" / "redismanifests.schema.json"


def test_the_shortest_profile_renders_without_error_or_warning() -> None:
    written = [line for line in MINIMAL.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert [line.partition(":")[0] for line in written] == ["name", "namespace"]
    assert reviewed(MINIMAL).findings == ()


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.stem)
def test_a_committed_profile_has_no_error(path: Path) -> None:
    assert not reviewed(path).refused


@pytest.mark.parametrize("path", [p for p in SHIPPED if p != REFERENCE], ids=lambda path: path.stem)
def test_a_profile_of_ours_has_no_warning_but_of_what_must_be_changed(path: Path) -> None:
    found = [f.code for f in reviewed(path).findings if f.severity is not Severity.NOTE]
    marks = path.read_text(encoding="utf-8").count("# CHANGE-ME")
    assert found == ["RM246"] * marks


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_profile_of_ours_names_its_schema_and_says_what_it_is(path: Path) -> None:
    first, second, *_ = path.read_text(encoding="utf-8").splitlines()
    assert first == "# yaml-language-server: $schema=redismanifests.schema.json"
    assert second.startswith("# ")
    assert second.endswith(".")


def test_the_committed_schema_is_the_current_one() -> None:
    """If this fails: redismanifests schema > profiles/redismanifests.schema.json."""
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == profile_schema()


@pytest.fixture(scope="module")
def validator() -> object:
    import jsonschema_rs

    return jsonschema_rs.Draft202012Validator(profile_schema())


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.stem)
def test_the_schema_accepts_every_committed_profile(validator: object, path: Path) -> None:
    document = read_1_2(path.read_text(encoding="utf-8"))
    assert [error.message for error in validator.iter_errors(document)] == []


@pytest.mark.parametrize(
    "wrong",
    [
        "redis: {replica: 3}",
        "redis: {replicas: 1}",
        "redis: {replicas: '3'}",
        "redis: {image: REDIS}",
        "redis: {resources: {limits: {memory: lots}}}",
        "sentinel: {downAfter: 5000}",
        "sentinel: {downAfter: 5 s}",
        "sentinel: {masterName: a b}",
        "engine: keydb",
        "kubernetesVersion: '1.2'",
        "schemaVersion: 2",
        "pods: {labels: {a: b c}}",
        "pods: {annotations: {'a b': c}}",
        "unknown: 1",
        "name: Redis",
        f"name: {'a' * 41}",
    ],
)
def test_the_schema_refuses_what_a_reader_of_profiles_refuses(validator: object, wrong: str) -> None:
    document = {"name": "redis", "namespace": "shop"} | yaml.safe_load(wrong)
    assert not validator.is_valid(document)


def test_defaults_in_the_schema_are_written_as_a_profile_writes_them(validator: object) -> None:
    for definition in profile_schema()["$defs"].values():
        for key, field in definition.get("properties", {}).items():
            default = field.get("default")
            # A map of labels is written like this; a section is not a map of texts.
            assert not isinstance(default, dict) or {*map(type, default.values())} <= {str}, key
    assert validator.is_valid({"name": "redis", "namespace": "shop"})


def test_every_kubernetes_version_of_a_profile_has_schemas() -> None:
    versions = profile_schema()["properties"]["kubernetesVersion"]["enum"]
    assert set(versions) <= set(supported_versions())
    assert versions[-1] == supported_versions()[-1]
    assert len(versions) >= 6


def test_data_is_found_in_the_checkout() -> None:
    assert data_folder("profiles") / "minimal.yaml" == MINIMAL
    assert isinstance(data_folder("templates"), Path)
