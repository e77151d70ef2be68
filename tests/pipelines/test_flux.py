"""Flux substitutes variables in what it applies (spec.postBuild): scripts come through byte for byte as rendered."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from deployment import COMMITTED, reviewed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HINT = 'PATH="$PATH:$(tools/build_flux.sh)"'
SCRIPT = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: script
data:
  run.sh: echo ${greeting}, ${name%%.*}
"""


@pytest.fixture
def substitute(require_tool: Callable[[str, str], str]) -> Callable[..., subprocess.CompletedProcess[str]]:
    """What Flux makes of a stream of manifests; one variable is given, as soon as one is all are looked for."""
    program = require_tool("flux-substitute", HINT)

    def run(stream: str, *options: str) -> subprocess.CompletedProcess[str]:
        command = [program, *options, "name=cluster-7"]
        return subprocess.run(command, input=stream, capture_output=True, text=True, check=False)

    return run


@pytest.mark.parametrize("options", [(), ("-strict",)], ids=["lenient", "strict"])
@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.stem)
def test_what_is_rendered_survives_the_substitution_of_flux(
    path: Path, options: tuple[str, ...], substitute: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    rendered = reviewed(path).rendering
    stream = "---\n".join(content.decode() for content in rendered.files.values())
    done = substitute(stream, *options)
    assert done.returncode == 0, done.stderr[:2000]
    assert by_key(json.loads(line) for line in done.stdout.splitlines()) == by_key(
        item.manifest for item in rendered.objects
    )


def test_without_the_annotation_flux_refuses_scripts_or_changes_them(
    substitute: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    changed = substitute(SCRIPT)
    assert json.loads(changed.stdout)["data"]["run.sh"] == "echo , cluster-7"
    refused = substitute(SCRIPT, "-strict")
    assert refused.returncode == 1
    assert "greeting" in refused.stderr


def test_a_dollar_sign_stands_only_where_flux_substitutes_nothing() -> None:
    for path in COMMITTED:
        for item in reviewed(path).rendering.objects:
            if "$" in json.dumps(item.manifest):
                annotations = item.manifest["metadata"]["annotations"]
                assert annotations["kustomize.toolkit.fluxcd.io/substitute"] == "disabled", item.file


def by_key(manifests: Any) -> dict[tuple[str, str], Any]:
    """Manifests by kind and name."""
    return {(each["kind"], each["metadata"]["name"]): each for each in manifests}
