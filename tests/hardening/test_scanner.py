"""Hardening: what checkov, a scanner that many teams run, finds in the rendered folders, and why it may stay.

``PATH="$(tools/fetch_checkov.sh):$PATH" .venv/bin/pytest -m slow tests/hardening`` (a minute).
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from deployment import REFERENCE, TOP, reviewed
from seldom import first

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow
Scanned = Callable[[str], tuple[int, set[str]]]
"""By the name of a profile: how many checks passed, and which did not."""

ACCEPTED = {
    "CKV_K8S_9": "the exporters have no readiness probe: a pod whose metrics fail still serves, and may be the master",
    "CKV_K8S_15": "IfNotPresent: a registry that is down must not keep a pod from coming back on its own node; RM079",
    "CKV_K8S_40": "uid 999 is the user of the official images; redis.user is any other (RM074)",
    "CKV_K8S_43": "a digest is the team's to choose and to renew; RM073 asks for one",
    "CKV2_K8S_6": "networkPolicy is off until someone says who the clients are; the reference had none",
}
"""Finding -> why it may stay. At most five (issue 8)."""
EVERYTHING = TOP / "tests" / "profiles" / "everything.yaml"
PROFILES = {
    "reference": REFERENCE,
    "production": TOP / "profiles" / "production.yaml",
    "everything": EVERYTHING,
}


def _scanned(path: Path, folder: Path, checkov: str) -> tuple[int, set[str]]:
    """How many checks passed, and which did not."""
    for name, content in reviewed(path).rendering.files.items():
        (folder / name).write_bytes(content)
    options = ["--framework", "kubernetes", "--output", "json", "--quiet", "--compact", "--skip-download"]
    done = subprocess.run(
        [checkov, "--directory", str(folder), *options], capture_output=True, text=True, check=False
    )
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["summary"]["parsing_errors"] == 0
    return found["summary"]["passed"], {each["check_id"] for each in found["results"]["failed_checks"]}


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory, require_tool: Callable[[str, str], str]) -> Scanned:
    checkov = require_tool("checkov", 'PATH="$(tools/fetch_checkov.sh):$PATH"')
    return cache(lambda name: _scanned(PROFILES[name], tmp_path_factory.mktemp(name), checkov))


@pytest.mark.parametrize("name", first(1, sorted(PROFILES)))
def test_nothing_is_found_that_has_no_reason(name: str, scanned: Scanned) -> None:
    passed, found = scanned(name)
    assert passed > 100, "a scan that looked at nothing finds nothing"
    assert found - ACCEPTED.keys() == set()


def test_with_everything_on_only_the_readiness_of_exporters_is_left(
    scanned: Scanned,
) -> None:
    assert scanned("everything")[1] == {"CKV_K8S_9"}


@pytest.mark.release
def test_the_list_has_no_reason_too_many(scanned: Scanned) -> None:
    assert set.union(*(scanned(name)[1] for name in PROFILES)) == ACCEPTED.keys()
    assert len(ACCEPTED) <= 5
