"""What is wrong with an object, where, and in which words."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from redismanifests.errors import RedismanifestsError
from redismanifests.judge.kubernetes import Violation, supported_versions, violations
from redismanifests.judge.kubernetes.custom import CUSTOM

Objects = dict[str, dict[str, Any]]


@pytest.fixture
def stateful_set(objects: Objects) -> dict[str, Any]:
    return deepcopy(objects["objects/statefulset.yaml"])


def said(obj: dict[str, Any], version: str = "1.32") -> list[str]:
    return [str(violation) for violation in violations(obj, version)]


@pytest.mark.parametrize("version", supported_versions())
def test_realistic_objects_are_legal_in_every_version(objects: Objects, version: str) -> None:
    assert {name: said(obj, version) for name, obj in objects.items()} == {name: [] for name in objects}


def test_an_unknown_field_is_named_with_the_field_that_was_meant(stateful_set: dict[str, Any]) -> None:
    stateful_set["spec"]["replcas"] = stateful_set["spec"].pop("replicas")
    assert violations(stateful_set, "1.32") == [
        Violation(("spec", "replcas"), 'unknown field "replcas", did you mean "replicas"?')
    ]


def test_a_field_in_wrong_case_is_recognised(stateful_set: dict[str, Any]) -> None:
    container = stateful_set["spec"]["template"]["spec"]["containers"][0]
    container["VOLUMEMOUNTS"] = container.pop("volumeMounts")
    assert said(stateful_set) == [
        "spec.template.spec.containers[0].VOLUMEMOUNTS:"
        ' unknown field "VOLUMEMOUNTS", did you mean "volumeMounts"?'
    ]


def test_where_nothing_is_close_the_few_known_fields_are_listed(objects: Objects) -> None:
    binding = deepcopy(objects["objects/rolebinding.yaml"])
    binding["roleRef"]["zzz"] = 1
    assert said(binding) == ['roleRef.zzz: unknown field "zzz"; known here: apiGroup, kind, name']


def test_a_field_of_a_newer_version_is_unknown_to_an_older_one(stateful_set: dict[str, Any]) -> None:
    stateful_set["spec"]["template"]["spec"]["containers"][0]["restartPolicyRules"] = []
    assert said(stateful_set, "1.37") == []
    assert said(stateful_set, "1.25") == [
        'spec.template.spec.containers[0].restartPolicyRules: unknown field "restartPolicyRules"'
    ]


def test_a_missing_field_is_told_at_the_mapping_that_lacks_it(stateful_set: dict[str, Any]) -> None:
    del stateful_set["spec"]["selector"]
    assert said(stateful_set) == ['spec: missing field "selector"']


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("3", 'must be a whole number, not the string "3"; take off the quotes'),
        ("three", 'must be a whole number, not the string "three"'),
        (2.5, "must be a whole number, not the number 2.5"),
        (float("inf"), "must be a whole number, not the number inf"),
        (True, "must be a whole number, not true"),
        ([3], "must be a whole number, not a list"),
        ({}, "must be a whole number, not a mapping"),
    ],
)
def test_a_wrong_type_is_said_in_words(stateful_set: dict[str, Any], value: object, message: str) -> None:
    stateful_set["spec"]["replicas"] = value
    assert said(stateful_set) == [f"spec.replicas: {message}"]


def test_a_value_that_needs_quotes_is_told_so(stateful_set: dict[str, Any]) -> None:
    stateful_set["metadata"]["labels"]["part-of"] = True
    stateful_set["metadata"]["labels"]["version"] = 7.2
    assert said(stateful_set) == [
        "metadata.labels.part-of: must be a string, not true; put it in quotes",
        "metadata.labels.version: must be a string, not the number 7.2; put it in quotes",
    ]


def test_quotes_around_true_are_told(stateful_set: dict[str, Any]) -> None:
    stateful_set["spec"]["template"]["spec"]["enableServiceLinks"] = "true"
    assert said(stateful_set) == [
        "spec.template.spec.enableServiceLinks:"
        ' must be true or false, not the string "true"; take off the quotes'
    ]


def test_a_long_value_is_cut_short(stateful_set: dict[str, Any]) -> None:
    stateful_set["spec"]["replicas"] = "x" * 1000
    assert said(stateful_set) == [
        f'spec.replicas: must be a whole number, not the string "{"x" * 40}…"',
    ]


def test_lists_and_mappings_are_told_apart(stateful_set: dict[str, Any]) -> None:
    pod = stateful_set["spec"]["template"]["spec"]
    pod["volumes"], pod["nodeSelector"], pod["securityContext"] = {"a": 1}, ["a"], "restricted"
    assert said(stateful_set) == [
        "spec.template.spec.nodeSelector: must be a mapping, not a list",
        'spec.template.spec.securityContext: must be a mapping, not the string "restricted"',
        "spec.template.spec.volumes: must be a list, not a mapping",
    ]


def test_a_value_outside_of_the_list_is_told_with_the_list(stateful_set: dict[str, Any]) -> None:
    stateful_set["spec"]["volumeClaimTemplates"][0]["kind"] = "PVC"
    assert said(stateful_set) == [
        'spec.volumeClaimTemplates[0].kind: must be "PersistentVolumeClaim", not the string "PVC"'
    ]


def test_null_is_legal_where_the_schema_lists_it(stateful_set: dict[str, Any]) -> None:
    stateful_set["spec"]["replicas"] = None
    stateful_set["metadata"]["labels"] = None
    stateful_set["spec"]["template"]["spec"]["affinity"] = None
    stateful_set["spec"]["template"]["spec"]["volumes"] = None
    assert said(stateful_set) == []


def test_null_is_refused_where_a_value_is_required(stateful_set: dict[str, Any]) -> None:
    stateful_set["spec"]["template"]["spec"]["containers"] = None
    assert said(stateful_set) == ["spec.template.spec.containers: must be a list, not null"]


def test_null_is_no_quantity_and_no_port(stateful_set: dict[str, Any]) -> None:
    container = stateful_set["spec"]["template"]["spec"]["containers"][0]
    container["resources"]["limits"]["cpu"] = None
    container["livenessProbe"]["tcpSocket"]["port"] = None
    assert said(stateful_set) == [
        "spec.template.spec.containers[0].resources.limits.cpu: must be a string or a number, not null",
        "spec.template.spec.containers[0].livenessProbe.tcpSocket.port:"
        " must be a string or a whole number, not null",
    ]


def test_all_that_is_wrong_is_told_at_once(stateful_set: dict[str, Any]) -> None:
    stateful_set["spec"]["replicas"] = "x"
    stateful_set["spec"]["serviceNam"] = "y"
    del stateful_set["spec"]["template"]
    assert [violation.place() for violation in violations(stateful_set, "1.32")] == [
        "spec.replicas",
        "spec.serviceNam",
        "spec",
    ]


@pytest.mark.parametrize(
    ("obj", "messages"),
    [
        ({}, ['missing field "apiVersion"', 'missing field "kind"']),
        ({"apiVersion": "v1", "kind": None}, ['missing field "kind"']),
        (
            {"apiVersion": 1, "kind": "Service"},
            ["apiVersion: must be a string, not the number 1; put it in quotes"],
        ),
        (
            {"apiVersion": "apps/v1", "kind": "StatefullSet"},
            ['kind: no schema for kind "StatefullSet", did you mean "StatefulSet"?'],
        ),
        (
            {"apiVersion": "v1", "kind": "statefulset"},
            ['kind: no schema for kind "statefulset", did you mean "StatefulSet"?'],
        ),
        ({"apiVersion": "example.com/v1", "kind": "Zoo"}, ['kind: no schema for kind "Zoo"']),
        (
            {"apiVersion": "v1", "kind": "PodSpec"},
            ['kind: no schema for kind "PodSpec", did you mean "Pod"?'],
        ),
        (
            {"apiVersion": "policy/v1beta1", "kind": "PodDisruptionBudget"},
            ['apiVersion: a PodDisruptionBudget has apiVersion "policy/v1", not "policy/v1beta1"'],
        ),
    ],
)
def test_an_object_of_no_known_kind_is_refused(obj: dict[str, Any], messages: list[str]) -> None:
    assert said(obj) == messages


def test_a_version_without_schemas_is_refused_with_those_there_are() -> None:
    with pytest.raises(RedismanifestsError, match=r'Kubernetes "1\.24"') as refusal:
        violations({"apiVersion": "v1", "kind": "Service"}, "1.24")
    assert refusal.value.fix == "choose a minor version from 1.25 to 1.37"


def test_a_value_of_no_json_type_is_refused(stateful_set: dict[str, Any]) -> None:
    stateful_set["spec"]["replicas"] = b"3"
    assert said(stateful_set) == ["spec.replicas: must be a whole number, not a value of type bytes"]


@pytest.mark.parametrize(("api_version", "kind"), CUSTOM)
def test_kinds_of_operators_are_the_clusters_to_judge(api_version: str, kind: str) -> None:
    assert violations({"apiVersion": api_version, "kind": kind, "spec": 1}, "1.32") == []
    (other,) = violations({"apiVersion": api_version, "kind": f"{kind}x"}, "1.32")
    assert str(other).startswith(f'kind: no schema for kind "{kind}x"')
