"""What an update would be refused for is told from what the API server itself stores, for every setting there is."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from cluster.test_settings_changed import BESIDE, CHANGES, IMMUTABLE, changed, deployed, objects
from redismanifests.core.findings import Severity
from redismanifests.judge.review import review, update_findings
from redismanifests.judge.update import from_text

if TYPE_CHECKING:
    from pathlib import Path

    from cluster.namespace import Namespace
    from redismanifests.judge.update import Deployed

pytestmark = pytest.mark.cluster

__all__ = ["deployed"]


@pytest.fixture(scope="module")
def stored(deployed: tuple[Namespace, Path]) -> Deployed:
    """As `kubectl get -o json` prints it: what was applied, completed by the server."""
    namespace, profile = deployed
    items = [namespace.stored(manifest) for manifest in objects(review(profile)).values()]
    assert all("uid" in item["metadata"] for item in items)
    return from_text("kubectl", json.dumps({"kind": "List", "items": items}).encode())


def test_what_was_applied_is_no_change(deployed: tuple[Namespace, Path], stored: Deployed) -> None:
    assert update_findings(review(deployed[1]), stored) == ()


@pytest.mark.parametrize("setting", CHANGES)
def test_exactly_what_is_refused_is_told(
    deployed: tuple[Namespace, Path], stored: Deployed, setting: str
) -> None:
    """That IMMUTABLE is what the server refuses is tested beside this."""
    reviewed = changed(deployed[1], {setting: CHANGES[setting], **BESIDE.get(setting, {})})
    told = [f.fact for f in update_findings(reviewed, stored) if f.severity is Severity.ERROR]
    names = {
        name for fact in told for name in re.findall(r"(?:StatefulSet |data-)(redis(?:-sentinel)?)", fact)
    }
    assert {f"StatefulSet/{name}" for name in names} == IMMUTABLE.get(setting, set()), told
