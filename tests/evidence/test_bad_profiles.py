"""Bad examples of rules, rehearsed: what they say will happen does happen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from features.ruleexamples import fences
from redismanifests.judge.review import review
from redismanifests.judge.rules import RULES
from redismanifests.prove.rehearse import run

if TYPE_CHECKING:
    from pathlib import Path

    from redismanifests.prove.rehearse.result import Result

pytestmark = [pytest.mark.lab, pytest.mark.slow, pytest.mark.release, pytest.mark.usefixtures("machine")]

NO_EXPORTERS = "exporters:\n  redis: {enabled: false}\n  sentinel: {enabled: false}\n"


def _rehearsed(code: str, fence: str, scenario: str, folder: Path) -> Result:
    rule = next(rule for rule in RULES if rule.code == code)
    profile = folder / f"{fence}.yaml"
    profile.write_text(fences(rule)[fence] + NO_EXPORTERS, encoding="utf-8")
    # Refused profiles as well: that is what they are refused for.
    return run([item.manifest for item in review(profile).rendering.objects], scenario)


def _lost(result: Result) -> float:
    return result.measure("lost acknowledged writes").value


@pytest.mark.shows("RM012")
def test_a_quorum_of_all_sentinels_waits_for_the_one_that_is_lost(tmp_path: Path) -> None:
    result = _rehearsed("RM012", "Bad", "sentinel-then-master", tmp_path)
    # Both come back after 15 s: not before is anybody elected.
    assert result.measure("outage").value > 14
    assert not result.measure("outage").held


@pytest.mark.shows("RM035")
def test_with_an_empty_dir_a_power_loss_loses_all_data(tmp_path: Path) -> None:
    result = _rehearsed("RM035", "Bad", "all-killed", tmp_path)
    assert not result.held
    assert _lost(result) > 0


@pytest.mark.shows("RM055")
def test_without_persistence_a_power_loss_loses_all_data(tmp_path: Path) -> None:
    result = _rehearsed("RM055", "Bad", "all-killed", tmp_path)
    assert not result.held
    assert _lost(result) > 0


@pytest.mark.shows("RM036")
def test_a_master_that_nobody_has_to_follow_acknowledges_in_vain(tmp_path: Path) -> None:
    bad = _rehearsed("RM036", "Bad", "client-inside", tmp_path)
    good = _rehearsed("RM036", "Good", "client-inside", tmp_path)
    assert _lost(bad) > 2 * _lost(good) > 0
