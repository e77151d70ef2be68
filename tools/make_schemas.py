"""Schemas: the Kubernetes schemas that travel with redismanifests, made from one pinned package on the index.

    python tools/make_schemas.py            writes src/redismanifests/judge/kubernetes/data/definitions.tsv
    python tools/make_schemas.py --check    writes nothing; exit 1 when the committed file differs

The source is the PyPI package `kubernetes-validate`: strict schemas (unknown fields refused) of every minor
version since 1.25, 108 MB installed. One version of what we render needs 200 definitions, and 13 versions
differ in so few of them that a pool of 314 holds them all. So the file is a pool: one line a definition,
with the versions in which it holds. A new minor version adds the lines that changed and closes the ones
they replace; its diff can be reviewed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

PACKAGE = "kubernetes-validate"
PACKAGE_VERSION = "1.37.0"
TARGET = (
    Path(__file__).parent.parent
    / "src"
    / "redismanifests"
    / "judge"
    / "kubernetes"
    / "data"
    / "definitions.tsv"
)

KINDS = (
    "apps/v1 Deployment",
    "apps/v1 StatefulSet",
    "batch/v1 CronJob",
    "batch/v1 Job",
    "networking.k8s.io/v1 NetworkPolicy",
    "policy/v1 PodDisruptionBudget",
    "rbac.authorization.k8s.io/v1 Role",
    "rbac.authorization.k8s.io/v1 RoleBinding",
    "v1 ConfigMap",
    "v1 LimitRange",
    "v1 Namespace",
    "v1 PersistentVolumeClaim",
    "v1 Pod",
    "v1 ResourceQuota",
    "v1 Secret",
    "v1 Service",
    "v1 ServiceAccount",
)
"""What we render or soon will, in the order of the file's second line."""

KEYWORDS = frozenset(
    {"$ref", "type", "properties", "additionalProperties", "items", "required", "enum", "oneOf"}
)
"""What decides a verdict. JSON Schema 2020-12, the dialect of the source, only annotates with ``format``."""

SILENT = frozenset({"description", "format", "default"})
"""What decides nothing, beside every ``x-kubernetes-*``."""


def short(name: str) -> str:
    """``io.k8s.api.core.v1.PodSpec`` as ``core.v1.PodSpec``: a third of the file was prefixes."""
    return name.removeprefix("io.k8s.").removeprefix("api.").replace("apimachinery.pkg.", "")


def stripped(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema with nothing but what decides, and short references."""
    kept: dict[str, Any] = {}
    for keyword, value in schema.items():
        if keyword in SILENT or keyword.startswith("x-"):
            continue
        if keyword not in KEYWORDS:
            raise SystemExit(f"keyword {keyword!r} is new: decide in KEYWORDS or SILENT what it means")
        if keyword == "properties":
            kept[keyword] = {name: stripped(inner) for name, inner in value.items()}
        elif keyword == "oneOf":
            kept[keyword] = [stripped(inner) for inner in value]
        elif keyword in {"items", "additionalProperties"} and isinstance(value, dict):
            kept[keyword] = stripped(value)
        elif keyword == "$ref":
            kept[keyword] = "#/$defs/" + short(value.removeprefix("#/$defs/"))
        else:
            kept[keyword] = value
    return kept


def references(schema: object) -> list[str]:
    """Names of the definitions that a schema refers to."""
    if isinstance(schema, list):
        return [name for inner in schema for name in references(inner)]
    if not isinstance(schema, dict):
        return []
    names = [name for inner in schema.values() for name in references(inner)]
    reference = schema.get("$ref")
    return [*names, reference.removeprefix("#/$defs/")] if isinstance(reference, str) else names


def kind_name(definition: dict[str, Any]) -> str | None:
    """``apps/v1 StatefulSet`` for the definition of a whole object, None for a part of one."""
    properties = definition.get("properties", {})
    versions = properties.get("apiVersion", {}).get("enum", [])
    kinds = properties.get("kind", {}).get("enum", [])
    return f"{versions[0]} {kinds[0]}" if len(versions) == len(kinds) == 1 else None


def reachable(document: dict[str, Any]) -> dict[str, str]:
    """Name and JSON text of every definition that a kind of ours needs, of one Kubernetes version."""
    definitions = {short(name): stripped(schema) for name, schema in document["$defs"].items()}
    if len(definitions) != len(document["$defs"]):
        raise SystemExit("two definitions have the same short name")
    by_kind = {kind_name(schema): name for name, schema in definitions.items()}
    if missing := [kind for kind in KINDS if kind not in by_kind]:
        raise SystemExit(f"the source lacks {', '.join(missing)}")
    needed: dict[str, str] = {}
    waiting = [by_kind[kind] for kind in KINDS]
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed[name] = json.dumps(definitions[name], sort_keys=True, separators=(",", ":"))
            waiting += references(definitions[name])
    return needed


def pool(by_version: dict[str, dict[str, str]]) -> str:
    """The file: versions, kinds, then a line a definition: first version, last (or nothing), name, JSON."""
    versions = list(by_version)
    lines: list[tuple[str, int, str]] = []
    for name in {name for definitions in by_version.values() for name in definitions}:
        texts = [by_version[version].get(name) for version in versions]
        start = 0
        for end, text in enumerate(texts):
            following = texts[end + 1] if end + 1 < len(texts) else None
            if text == following:
                continue
            if text is not None:
                last = versions[end] if end + 1 < len(versions) else ""
                lines.append((name, start, f"{versions[start]}\t{last}\t{name}\t{text}"))
            start = end + 1
    return "\n".join(["\t".join(versions), "\t".join(KINDS), *(line for *_, line in sorted(lines))]) + "\n"


def made() -> str:
    """The file's text, from the downloaded package; CalledProcessError where the index is out of reach."""
    with tempfile.TemporaryDirectory() as folder:
        wanted = f"{PACKAGE}=={PACKAGE_VERSION}"
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
        subprocess.run(
            [*pip, "--no-deps", "--dest", folder, wanted], check=True, capture_output=True, text=True
        )
        (wheel,) = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            suffix = ".0-local-strict/_definitions.json"
            paths = [path for path in archive.namelist() if path.endswith(suffix)]
            minors = {int(path.removesuffix(suffix).rsplit("/v1.", 1)[1]): path for path in paths}
            return pool(
                {f"1.{minor}": reachable(json.loads(archive.read(minors[minor]))) for minor in sorted(minors)}
            )


def main() -> int:
    """Write the file, or compare it; the exit code."""
    parser = argparse.ArgumentParser(
        description="Make the Kubernetes schemas that travel with redismanifests."
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 when the committed file differs"
    )
    check = parser.parse_args().check
    try:
        text = made()
    except subprocess.CalledProcessError as failure:
        print(f"{PACKAGE} {PACKAGE_VERSION} cannot be downloaded:\n{failure.stderr}", file=sys.stderr)
        return 2
    if not check:
        TARGET.parent.mkdir(exist_ok=True)
        TARGET.write_text(text, encoding="utf-8")
    elif not TARGET.exists() or TARGET.read_text(encoding="utf-8") != text:
        print(
            f"{TARGET.name} is not what {PACKAGE} {PACKAGE_VERSION} gives; run this script", file=sys.stderr
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
