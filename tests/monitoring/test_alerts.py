"""Alerts: promtool judges the rendered rules: each fires for its fault, in time, and for nothing near it."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

import pytest
import yaml

from monitoring.plays import PLAYS, Play
from monitoring.promtool import (
    PROMTOOL,
    alone,
    case,
    facts,
    needs_promtool,
    quiet_case,
    rules,
    verdict,
    writable_cases,
)
from redismanifests.features.alerts.alert import CHAPTERS, Alert
from redismanifests.features.alerts.index import ALERTS

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = needs_promtool
each_alert = pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)


@pytest.mark.parametrize("play", PLAYS, ids=lambda play: f"{play.alert}: {play.about}")
def test_it_fires_for_its_fault_and_for_nothing_near_it(play: Play, tmp_path: Path) -> None:
    given = alone(rules(), play.alert) if play.alone else rules()
    assert verdict(tmp_path, given, case(play)) == ""


def test_nothing_fires_or_waits_in_health(tmp_path: Path) -> None:
    assert verdict(tmp_path, rules(), quiet_case()) == ""


def test_it_is_recorded_as_writable_or_not_in_every_world(tmp_path: Path) -> None:
    assert verdict(tmp_path, rules(), *writable_cases()) == ""


def test_promtool_takes_the_rules(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump(rules()), "utf-8")
    assert PROMTOOL
    done = subprocess.run(
        [PROMTOOL, "check", "rules", "rules.yaml"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert f"{len(ALERTS) + 1} rules found" in done.stdout


@each_alert
def test_every_alert_has_a_file_a_runbook_and_a_play(alert: Alert) -> None:
    module = alert.expression.__module__.rpartition(".")[2]
    assert module == alert.expression.__name__
    assert [name for name in CHAPTERS if not alert.chapter(name)] == []
    assert re.fullmatch(r"[A-Z].*\.", alert.summary)
    assert alert.name in {play.alert for play in PLAYS if play.fires}


LONG_S = 7300


def _mutants() -> list[tuple[str, int, str]]:
    """Alert, place, and what stands there with one letter changed: every name of a series in every expression."""
    found = []
    for rule in rules()["groups"][0]["rules"]:
        for match in re.finditer(r"([a-zA-Z_:][a-zA-Z0-9_:]*)\{", rule["expr"]):
            middle = (match.start(1) + match.end(1)) // 2
            expr = rule["expr"]
            letter = "x" if expr[middle] != "x" else "y"
            changed = expr[:middle] + letter + expr[middle + 1 :]
            found.append((rule.get("alert") or rule["record"], match.start(), changed))
    return found


@pytest.mark.slow
@pytest.mark.release
@pytest.mark.parametrize(("name", "place", "changed"), _mutants(), ids=lambda each: str(each)[:40])
def test_one_letter_changed_in_a_name_is_noticed(name: str, place: int, changed: str, tmp_path: Path) -> None:
    given = rules()
    for rule in given["groups"][0]["rules"]:
        if name in (rule.get("alert"), rule.get("record")):
            rule["expr"] = changed
    if name.startswith("Redis"):
        # One of many thousands of samples is dear, and its promtool test is there without a mutant.
        plays = [play for play in PLAYS if play.alert == name]
        short = [play for play in plays if play.lasts_s < LONG_S]
        cases = [case(play) for play in (short if any(play.fires for play in short) else plays)]
        given = alone(given, name)
    else:
        given = {"groups": [{**given["groups"][0], "rules": given["groups"][0]["rules"][:1]}]}
        cases = list(writable_cases())
    assert verdict(tmp_path, given, quiet_case(), *cases) != ""


def test_every_alert_applies_to_the_profile_of_these_tests() -> None:
    assert [alert.name for alert in ALERTS if not alert.applies(facts())] == []
