"""A hostile text in any place of a profile comes out unchanged, or is refused at that place."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from deployment import by_kind_and_name
from hostiletext import SAMPLES
from redismanifests.core.findings import ProfileRefused
from redismanifests.core.sources.source import source_from_text
from redismanifests.profile.form import profile_from
from redismanifests.render.rendering import rendering
from yamlreaders import read_1_1

if TYPE_CHECKING:
    from redismanifests.core.findings import Path

PLACES: list[Path] = [
    ("name",),
    ("namespace",),
    ("kubernetesVersion",),
    ("engine",),
    ("addressing", "clusterDomain"),
    ("services", "redis", "name"),
    ("services", "sentinel", "headlessName"),
    ("redis", "image"),
    ("redis", "maxmemoryPolicy"),
    ("redis", "extraConfig", 0),
    ("redis", "storage", "size"),
    ("sentinel", "masterName"),
    ("sentinel", "downAfter"),
    ("exporters", "redis", "image"),
    ("pods", "labels", "team"),
    ("pods", "annotations", "note"),
    ("pods", "nodeSelector", "pool"),
    ("pods", "tolerations", 0, "value"),
    ("pods", "priorityClassName"),
    ("pods", "imagePullSecrets", 0),
    ("spread", "hard", 0),
    ("storage", "storageClassName"),
]
KEYS: list[Path] = [("pods", "labels"), ("pods", "annotations"), ("pods", "nodeSelector")]


def _placed(path: Path, text: object) -> Any:
    """A document with ``text`` at ``path`` and nothing else but what must be there."""
    value = text
    for step in reversed(path):
        value = [value] if isinstance(step, int) else {step: value}
    assert isinstance(value, dict)
    return {"name": "redis", "namespace": "shop"} | value


def _rendered(document: object) -> dict[tuple[str, str], dict[str, Any]] | None:
    """The parsed objects, agreed on by both YAML versions; nothing where the document is refused at a place."""
    # JSON is YAML, but for characters that only its escapes can say.
    text = json.dumps(document, ensure_ascii=False).translate(_ESCAPES)
    try:
        source = source_from_text("profile.yaml", text)
        profile = profile_from(source)
    except ProfileRefused as refused:
        assert all(finding.place()[0] == 1 for finding in refused.findings)
        return None
    rendered = rendering(profile, source.name)
    for item in rendered.objects:
        assert read_1_1(rendered.files[item.file]) == item.manifest
    return by_kind_and_name(rendered.objects)


_ESCAPES = {code: f"\\x{code:02x}" for code in range(0x7F, 0xA0)}
_ESCAPES |= {code: f"\\u{code:04x}" for code in (0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF)}


@pytest.mark.parametrize("path", PLACES, ids=lambda path: ".".join(map(str, path)))
def test_a_hostile_text_is_one_value_or_is_refused(path: Path) -> None:
    kinds = _kinds(_rendered({"name": "redis", "namespace": "shop"}))
    for text in SAMPLES:
        objects = _rendered(_placed(path, text))
        if objects is None:
            continue
        # What was accepted changed values only: no object came from inside a text.
        assert _kinds(objects) == kinds
        pod = next(m for (kind, _), m in objects.items() if kind == "StatefulSet")["spec"]["template"]
        match path:
            case ("pods", "annotations", key):
                assert pod["metadata"]["annotations"][key] == text
            case ("pods", "labels", key):
                assert pod["metadata"]["labels"][key] == text
            case ("pods", "nodeSelector", key):
                assert pod["spec"]["nodeSelector"] == {key: text}
            case ("pods", "tolerations", *_):
                assert pod["spec"]["tolerations"] == [{"operator": "Equal", "value": text}]
            case ("pods", "priorityClassName"):
                assert pod["spec"]["priorityClassName"] == text
            case ("pods", "imagePullSecrets", _):
                assert pod["spec"]["imagePullSecrets"] == [{"name": text}]
            case ("redis", "extraConfig", _):
                conf = objects["ConfigMap", "redis-config"]["data"]["redis.conf"]
                assert conf.splitlines()[-1] == text.rstrip()
            case ("namespace",):
                assert {m["metadata"]["namespace"] for m in objects.values()} == {text}


@pytest.mark.parametrize("path", KEYS, ids=".".join)
def test_a_hostile_key_is_one_key_or_is_refused(path: Path) -> None:
    for text in SAMPLES:
        objects = _rendered(_placed((*path, text), "value"))
        if objects is not None:
            pod = next(m for (kind, _), m in objects.items() if kind == "StatefulSet")["spec"]["template"]
            holder = pod["spec"] if path[1] == "nodeSelector" else pod["metadata"]
            assert holder[path[1]][text] == "value"


def _kinds(objects: Any) -> list[str]:
    return sorted(kind for kind, _ in objects)


def test_annotations_hold_every_sample() -> None:
    """The one place where any text is right that kubectl carries to the API server."""
    samples = [text for text in SAMPLES if not re.search("[\x7f-\x9f]", text)]
    objects = _rendered(_placed(("pods", "annotations"), {f"n{n}": text for n, text in enumerate(samples)}))
    assert objects is not None
    for (kind, _), manifest in objects.items():
        if kind == "StatefulSet":
            found = manifest["spec"]["template"]["metadata"]["annotations"]
            assert [found[f"n{n}"] for n in range(len(samples))] == samples
