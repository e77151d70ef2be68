"""Inputs: the objects of one rendering in the languages of other tools, and a check that each gives the same objects.

    python benchmarks/inputs.py FOLDER HELM KUBECTL JSONNET

A process of its own, because it imports redismanifests (measuring.py). Each tool gets what its users write: kustomize a
base without namespace and tags, and generators for the ConfigMaps; Jsonnet a function of namespace and images for each
object, and the scripts as files.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from redismanifests.core.sources.documents import documents
from redismanifests.judge.kubernetes import pool
from redismanifests.judge.review import review

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from redismanifests.judge.review import Review

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "profiles" / "jewelry-shop.yaml"
CHART = ROOT / "benchmarks" / "chart"
RELEASE = "redis"


def main() -> None:
    folder, helm, kubectl, jsonnet = Path(sys.argv[1]), *sys.argv[2:]
    reviewed = review(REFERENCE)
    objects = [each.manifest for each in reviewed.rendering.objects]
    namespace = reviewed.profile.namespace
    _chart(folder / "chart")
    _schemas(folder / "schemas", str(reviewed.profile.kubernetes_version), objects)
    _kustomization(folder / "kustomize", reviewed)
    _jsonnet(folder / "jsonnet", objects, namespace)
    if helm:
        said = _said(helm, "template", RELEASE, str(folder / "chart"), "--namespace", namespace)
        _same("helm", objects, documents(said), lambda each: (each["kind"], each["metadata"]["name"]))
    if kubectl:
        made = documents(_said(kubectl, "kustomize", str(folder / "kustomize")))
        _same("kustomize", objects, made, lambda each: each)
    if jsonnet:
        made = documents(_said(jsonnet, "--yaml-stream", str(folder / "jsonnet" / "main.jsonnet")))
        _same("jsonnet", objects, made, lambda each: each)
    print(len(objects), reviewed.profile.kubernetes_version)


def _said(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _same(tool: str, ours: Iterable[Any], theirs: Iterable[Any], seen: Callable[[Any], Any]) -> None:
    """End where a tool gives other objects, as far as they are ``seen``."""
    mine, other = ([json.dumps(seen(each), sort_keys=True) for each in side] for side in (ours, theirs))
    if different := {*mine} ^ {*other}:
        raise SystemExit(f"{tool} gives other objects: {sorted(different)[0][:2000]}")


def _chart(place: Path) -> None:
    """Our chart, which is written by hand, with the scripts of this package in it."""
    shutil.copytree(CHART, place)
    (place / "files").mkdir()
    for script in (ROOT / "templates" / "startup").glob("*.sh"):
        shutil.copy(script, place / "files")


def _schemas(place: Path, version: str, objects: Iterable[Mapping[str, Any]]) -> None:
    """Kubernetes' schema of each kind in a file with what it needs, as kubeconform's users keep them locally."""
    place.mkdir()
    definitions = {name: json.loads(text) for name, text in pool.definitions(version).items()}
    for api_version, kind in {(each["apiVersion"], each["kind"]) for each in objects}:
        name = pool.kinds()[api_version, kind]
        needed = [name]
        for each in needed:
            found = re.findall(r'"#/\$defs/([^"]+)"', json.dumps(definitions[each]))
            needed += [other for other in found if other not in needed]
        group, _, minor = api_version.rpartition("/")
        suffix = f"{group.partition('.')[0]}-{minor}".removeprefix("-")
        schema = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$ref": f"#/$defs/{name}",
            "$defs": {each: definitions[each] for each in dict.fromkeys(needed)},
        }
        (place / f"{kind.lower()}-{suffix}.json").write_text(json.dumps(schema), encoding="utf-8")


def _kustomization(place: Path, reviewed: Review) -> None:
    """A base and an overlay that sets namespace and tags."""
    base = place / "base"
    base.mkdir(parents=True)
    namespace, generators, resources = reviewed.profile.namespace, [], []
    images = {image.rpartition(":")[0]: image.rpartition(":")[2] for image in _images(reviewed)}
    for each in reviewed.rendering.objects:
        if each.manifest["kind"] == "ConfigMap":
            generators.append(_generator(base, each.manifest))
            continue
        text = reviewed.rendering.files[each.file].decode()
        text = text.replace(f"\n  namespace: {namespace}\n", "\n", 1)
        for name, tag in images.items():
            text = text.replace(f"image: {name}:{tag}\n", f"image: {name}\n")
        (base / each.file).write_text(text, encoding="utf-8")
        resources.append(each.file)
    _write(base / "kustomization.yaml", {"resources": resources, "configMapGenerator": generators})
    tags = [{"name": name, "newTag": tag} for name, tag in images.items()]
    _write(place / "kustomization.yaml", {"namespace": namespace, "resources": ["base"], "images": tags})


def _generator(base: Path, config: Mapping[str, Any]) -> dict[str, Any]:
    metadata = config["metadata"]
    for name, text in config["data"].items():
        folder = base / metadata["name"]
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8", newline="")
    options = {key: metadata[key] for key in ("labels", "annotations") if key in metadata}
    return {
        "name": metadata["name"],
        "files": [f"{metadata['name']}/{name}" for name in config["data"]],
        "options": {"disableNameSuffixHash": True, **options},
    }


def _jsonnet(place: Path, objects: Iterable[Mapping[str, Any]], namespace: str) -> None:
    """A function for each object, and one file that calls all of them."""
    place.mkdir()
    facts = {"namespace": namespace}
    calls = []
    for number, each in enumerate(objects):
        scripts = {}
        for name, text in (each["data"] if each["kind"] == "ConfigMap" else {}).items():
            (place / f"{number}-{name}").write_text(text, encoding="utf-8", newline="")
            scripts[text] = f"importstr {json.dumps(f'{number}-{name}')}"
        function = f"function(p) {_expression(each, facts, scripts)}\n"
        (place / f"{number}.libsonnet").write_text(function, encoding="utf-8")
        calls.append(f"(import '{number}.libsonnet')(p),\n")
    (place / "main.jsonnet").write_text(
        f"local p = {json.dumps(facts)};\n[\n{''.join(calls)}]\n", encoding="utf-8"
    )


def _expression(value: Any, facts: dict[str, str], scripts: Mapping[str, str], key: str = "") -> str:
    """``value`` in Jsonnet: namespace and images are in ``facts``, ``scripts`` are files."""
    if isinstance(value, dict):
        inside = (
            f"{json.dumps(name)}: {_expression(each, facts, scripts, name)},\n"
            for name, each in value.items()
        )
        return f"{{\n{''.join(inside)}}}"
    if isinstance(value, list):
        return f"[{', '.join(_expression(each, facts, scripts) for each in value)}]"
    if key == "image":
        facts.setdefault(re.sub(r"\W", "_", value), value)
    fact = next((name for name, fact in facts.items() if key in ("image", "namespace") and fact == value), "")
    return f"p.{fact}" if fact else scripts.get(str(value)) or json.dumps(value)


def _images(reviewed: Review) -> set[str]:
    found = {
        container["image"]
        for each in reviewed.rendering.objects
        if each.manifest["kind"] == "StatefulSet"
        for container in _containers(each.manifest["spec"]["template"]["spec"])
    }
    return {str(image) for image in found}


def _containers(pod: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [*pod.get("initContainers", ()), *pod["containers"]]


def _write(path: Path, value: object) -> None:
    # JSON is YAML.
    path.write_text(json.dumps(value, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
