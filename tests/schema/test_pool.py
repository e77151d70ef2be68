"""The file of definitions: complete, small, and what its script makes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from redismanifests.judge.kubernetes import pool

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parent.parent.parent
FILE = ROOT / "src" / "redismanifests" / "judge" / "kubernetes" / "data" / "definitions.tsv"

JUDGED = {"$ref", "type", "properties", "additionalProperties", "items", "required", "enum", "oneOf"}


def schemas_within(schema: dict[str, Any]) -> list[dict[str, Any]]:
    inner = [*schema.get("properties", {}).values(), *schema.get("oneOf", [])]
    inner += [
        schema[name] for name in ("items", "additionalProperties") if isinstance(schema.get(name), dict)
    ]
    return [schema, *(deeper for each in inner for deeper in schemas_within(each))]


def test_at_least_six_minor_versions_travel_without_a_gap() -> None:
    minors = [int(version.removeprefix("1.")) for version in pool.supported_versions()]
    assert len(minors) >= 6
    assert minors == list(range(minors[0], minors[-1] + 1))


@pytest.mark.parametrize("version", pool.supported_versions())
def test_every_version_is_complete(version: str) -> None:
    definitions = {name: json.loads(text) for name, text in pool.definitions(version).items()}
    assert set(pool.kinds().values()) <= set(definitions)
    for schema in (each for definition in definitions.values() for each in schemas_within(definition)):
        assert set(schema) <= JUDGED
        if "$ref" in schema:
            assert set(schema) == {"$ref"}
            assert schema["$ref"].removeprefix("#/$defs/") in definitions
        if "array" in schema.get("type", ()):
            assert "items" in schema
        # Strict: whatever names its fields refuses others.
        assert ("properties" in schema) == (schema.get("additionalProperties") is False)
        assert set(schema.get("required", ())) <= set(schema.get("properties", ()))


def test_versions_differ() -> None:
    oldest, newest = pool.supported_versions()[0], pool.supported_versions()[-1]
    assert pool.definitions(oldest)["core.v1.PodSpec"] != pool.definitions(newest)["core.v1.PodSpec"]


def test_the_file_is_small() -> None:
    assert FILE.stat().st_size < 200_000


def test_the_committed_file_is_what_the_script_makes(require: Callable[[bool, str], None]) -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "make_schemas.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    require(done.returncode != 2, f"tools/make_schemas.py has no source: {done.stderr[-300:]}")
    assert done.returncode == 0, done.stderr
