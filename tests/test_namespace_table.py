"""The table of the namespace says of every line what the findings say, in text and in JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from deployment import COMMITTED, REFERENCE
from redismanifests.judge.namespace.table import Table, table
from redismanifests.judge.review import review
from redismanifests.present.documents.namespace import namespace
from redismanifests.present.writers import Terminal, written

if TYPE_CHECKING:
    from pathlib import Path

OWNED: dict[str, tuple[dict[str, Any], bool]] = {
    "container minimum": ({"limits": [{"type": "Container", "min": {"cpu": "100m"}}]}, True),
    "container minimum too high": ({"limits": [{"type": "Container", "min": {"cpu": "101m"}}]}, False),
    "container ratio": ({"limits": [{"type": "Container", "maxLimitRequestRatio": {"cpu": "2"}}]}, True),
    "container ratio too low": (
        {"limits": [{"type": "Container", "maxLimitRequestRatio": {"cpu": "1.9"}}]},
        False,
    ),
    "pod maximum": ({"limits": [{"type": "Pod", "max": {"memory": "768Mi"}}]}, True),
    "pod maximum too low": ({"limits": [{"type": "Pod", "max": {"memory": "767Mi"}}]}, False),
    "claim maximum": ({"limits": [{"type": "PersistentVolumeClaim", "max": {"storage": "10Gi"}}]}, True),
    "claim maximum too low": (
        {"limits": [{"type": "PersistentVolumeClaim", "max": {"storage": "9Gi"}}]},
        False,
    ),
    "quota": ({"hard": {"limits.memory": "3840Mi", "pods": "6"}}, True),
    "quota too small": ({"hard": {"limits.memory": "3840Mi", "pods": "5"}}, False),
    "room for the rollouts": ({"hard": {"count/controllerrevisions.apps": "24"}}, True),
    "no room for the rollouts": ({"hard": {"count/controllerrevisions.apps": "23"}}, False),
}
"""What the owner wrote, and whether the reference deployment fits."""


def of(profile: Path, folder: Path, spec: dict[str, Any], used: dict[str, str] | None = None) -> Table:
    kind = "LimitRange" if "limits" in spec else "ResourceQuota"
    owned: dict[str, Any] = {"apiVersion": "v1", "kind": kind, "metadata": {"name": "own"}, "spec": spec}
    if used:
        owned["status"] = {"hard": spec["hard"], "used": used}
    file = folder / "limits.yaml"
    file.write_text(json.dumps(owned))
    reviewed = review(profile, [file])
    return table(reviewed.profile, reviewed.rendering, reviewed.demands)


@pytest.mark.parametrize("case", OWNED)
def test_what_does_not_fit_is_marked(case: str, tmp_path: Path) -> None:
    spec, fits = OWNED[case]
    found = of(REFERENCE, tmp_path, spec)
    assert found.fits == fits
    assert any(line.startswith("! ") for line in written(namespace(found), "text").splitlines()) == (not fits)
    assert namespace(found).data["fits"] == fits


@pytest.mark.parametrize("profile", COMMITTED, ids=lambda path: path.stem)
def test_committed_profiles_fit_their_own_namespace(profile: Path) -> None:
    reviewed = review(profile)
    assert table(reviewed.profile, reviewed.rendering, reviewed.demands).fits


def test_what_is_left_is_what_others_may_still_use(tmp_path: Path) -> None:
    (line,) = of(REFERENCE, tmp_path, {"hard": {"pods": "10"}}, {"pods": "1"}).sums
    assert [str(each) for each in (line.asked, line.used, line.allowed, line.left)] == ["6", "1", "10", "3"]


def test_what_is_used_may_be_this_deployment(tmp_path: Path) -> None:
    hard = {"hard": {"pods": "20", "requests.storage": "1Ti"}}
    assert of(REFERENCE, tmp_path, hard, {"pods": "6", "requests.storage": "33Gi"}).perhaps_counted
    assert not of(REFERENCE, tmp_path, hard, {"pods": "5", "requests.storage": "33Gi"}).perhaps_counted
    assert not of(REFERENCE, tmp_path, hard).perhaps_counted


def test_the_level_that_all_pods_hold_to_is_told() -> None:
    reviewed = review(REFERENCE)
    levels = table(reviewed.profile, reviewed.rendering, reviewed.demands).levels
    assert {(each.needed, each.fits) for each in levels} == {("restricted", True)}


def test_the_text_is_coloured_only_where_asked(tmp_path: Path) -> None:
    found = of(REFERENCE, tmp_path, {"hard": {"pods": "5"}})
    assert "\x1b[31;1m! " in written(namespace(found), "text", Terminal(colour=True))
    assert "\x1b" not in written(namespace(found), "text")


def test_the_labels_of_a_namespace_that_no_one_gave_are_unknown(tmp_path: Path) -> None:
    profile = tmp_path / "profile.yaml"
    profile.write_text("name: redis\nnamespace: shop\n", encoding="utf-8")
    given = tmp_path / "namespace.yaml"
    given.write_text("apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n", encoding="utf-8")
    shown = []
    for files in ([], [given]):
        reviewed = review(profile, files)
        document = namespace(table(reviewed.profile, reviewed.rendering, reviewed.demands))
        shown.append(written(document, "text"))
        assert document.data["podSecurity"][0]["demanded"] == ("privileged:latest" if files else None)
    assert ("unknown" in shown[0], "get namespace shop" in shown[0], "privileged" in shown[0]) == (
        True,
        True,
        False,
    )
    assert ("unknown" in shown[1], "privileged:latest" in shown[1]) == (False, True)
