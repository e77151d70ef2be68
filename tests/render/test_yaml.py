"""Rendered YAML: every reader agrees on it, and it is its own round trip."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

import pytest

from deployment import COMMITTED, TOP, containers, reviewed, strings
from yamlreaders import read_1_1, read_1_2, round_trip

each_profile = pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.stem)


@each_profile
def test_readers_of_both_yaml_versions_agree(path: object) -> None:
    rendering = reviewed(path).accepted()
    for item in rendering.objects:
        text = rendering.files[item.file].decode()
        assert read_1_1(text) == read_1_2(text) == item.manifest


@each_profile
def test_a_file_is_its_own_round_trip(path: object) -> None:
    rendering = reviewed(path).accepted()
    for item in rendering.objects:
        text = rendering.files[item.file].decode()
        data, written = round_trip(text)
        assert data == item.manifest
        assert written == text


@each_profile
def test_a_file_is_text_that_git_diff_shows_well(path: object) -> None:
    for name, content in reviewed(path).accepted().files.items():
        text = content.decode("utf-8")
        assert text.endswith("\n"), name
        assert not text.endswith("\n\n"), name
        assert "\t" not in text.replace("\\t", ""), name
        assert not [line for line in text.split("\n") if line != line.rstrip()], name
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]", text), name


@each_profile
def test_one_file_holds_one_object_under_a_header(path: object) -> None:
    for name, content in reviewed(path).accepted().files.items():
        first, second, third, *_ = content.decode().splitlines()
        assert first.startswith(f"# Rendered by redismanifests from {path.name} with templates/"), name
        assert second == "# Do not edit: change the profile and render again."
        assert third.startswith("apiVersion: ")
        assert "\n---" not in content.decode()


@each_profile
def test_nothing_of_this_machine_is_rendered(path: object) -> None:
    for content in reviewed(path).accepted().files.values():
        assert str(TOP) not in content.decode()


def test_scripts_are_embedded_byte_for_byte() -> None:
    for item in reviewed(COMMITTED[0]).rendering.objects:
        if item.manifest["kind"] == "ConfigMap":
            scripts = {
                n: t for n, t in item.manifest["data"].items() if n.endswith(".sh") and n != "settings.sh"
            }
            assert len(scripts) >= 5
            for name, text in scripts.items():
                assert text.encode() == (TOP / "templates" / "startup" / name).read_bytes()


HOSTILE = TOP / "tests" / "profiles" / "hostile.yaml"


def test_hostile_texts_come_out_as_they_were_written() -> None:
    pods = reviewed(HOSTILE).profile.pods
    sets = [o.manifest for o in reviewed(HOSTILE).rendering.objects if o.manifest["kind"] == "StatefulSet"]
    assert len(sets) == 2
    for manifest in sets:
        metadata, spec = manifest["spec"]["template"]["metadata"], manifest["spec"]["template"]["spec"]
        assert pods.labels.items() <= metadata["labels"].items()
        assert pods.annotations.items() <= metadata["annotations"].items()
        assert spec["nodeSelector"] == pods.node_selector
        assert spec["imagePullSecrets"] == [{"name": name} for name in pods.image_pull_secrets]
        assert spec["priorityClassName"] == pods.priority_class_name
        (toleration,) = spec["tolerations"]
        assert toleration["value"] == "0x1f"
        (claim,) = manifest["spec"]["volumeClaimTemplates"]
        assert claim["spec"]["storageClassName"] == "1.5"
        assert manifest["metadata"]["namespace"] == "0444"
        assert set(containers(manifest)) >= {manifest["metadata"]["labels"]["app.kubernetes.io/component"]}


TEMPLATE_SYNTAX = ("{{", "{%", "{#")
FILLED_IN = re.compile(r"\{\{ \$labels\.[a-z_]+ \}\}")
"""What Prometheus itself fills in when an alert fires."""
NAMED = re.compile(r"\{\{[a-z_]+\}\}")
"""What Grafana itself fills in when it names a series."""


def _left_over(manifest: dict[str, Any]) -> list[str]:
    """Texts with template syntax. Labels are filled in annotations of alerting rules and in names of series only."""
    manifest = copy.deepcopy(manifest)
    files = manifest.get("data", {}) if manifest["kind"] == "ConfigMap" else {}
    for name in [name for name in files if name.endswith(".yaml")]:
        files[name] = read_1_2(files[name])
    for name in [name for name in files if name.endswith(".json")]:
        files[name] = json.loads(files[name])
        for panel in files[name]["panels"]:
            for target in panel.get("targets", ()):
                target["legendFormat"] = NAMED.sub("", target["legendFormat"])
    documents = [manifest["spec"]] if manifest["kind"] == "PrometheusRule" else list(files.values())
    for document in documents:
        for group in document.get("groups", ()) if isinstance(document, dict) else ():
            for rule in group["rules"]:
                annotations = rule.get("annotations", {})
                annotations.update({name: FILLED_IN.sub("", text) for name, text in annotations.items()})
    return [text for text in strings(manifest) if any(mark in text for mark in TEMPLATE_SYNTAX)]


def test_no_template_syntax_is_left_in_any_object() -> None:
    written = set(reviewed(HOSTILE).profile.pods.annotations.values())
    for path in COMMITTED:
        for item in reviewed(path).rendering.objects:
            assert set(_left_over(item.manifest)) <= written, item.file


def _rules(annotation: str, expression: str = "up", name: str = "rules") -> list[dict[str, Any]]:
    rule = {"alert": "A", "expr": expression, "annotations": {"summary": annotation}}
    spec = {"groups": [{"name": "g", "rules": [rule]}]}
    return [
        {"kind": "PrometheusRule", "metadata": {"name": name}, "spec": spec},
        {"kind": "ConfigMap", "metadata": {"name": name}, "data": {"rules.yaml": json.dumps(spec)}},
    ]


def test_labels_of_an_alert_are_told_from_what_a_template_left() -> None:
    ours = "{{ $labels.pod }}"
    for manifest in _rules(f"A pod ({ours})."):
        assert _left_over(manifest) == []
    for text in ("{{ labels.pod }}", "{{ $value }}", "{{ $labels.pod | upper }}", "{% if a %}", "{# a #}"):
        for manifest in _rules(text):
            assert _left_over(manifest) == [text]
    for text, left in (
        ("{{pod}}", []),
        ("{{ pod }}", ["{{ pod }}"]),
        ("{{pod | upper}}", ["{{pod | upper}}"]),
    ):
        panels = json.dumps({"panels": [{"targets": [{"legendFormat": text}]}]})
        assert _left_over({"kind": "ConfigMap", "data": {"board.json": panels}}) == left
    for manifest in [*_rules("a", expression=ours), *_rules("a", name=ours)]:
        assert _left_over(manifest) == [ours]
    assert _left_over({"kind": "ConfigMap", "data": {"start.sh": ours}}) == [ours]
    assert _left_over({"kind": "Service", "metadata": {"annotations": {"a": ours}}}) == [ours]
