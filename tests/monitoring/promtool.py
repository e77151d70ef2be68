"""Promtool: Prometheus' own judge of rules, and plays in its words."""

from __future__ import annotations

import math
import shutil
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from monitoring.plays import FAULT_S, Play
from monitoring.world import GIB, STEP_S, World, recorded
from redismanifests.core.sources.source import source_from_text
from redismanifests.features.alerts.facts import WRITABLE, Facts, facts_of
from redismanifests.features.alerts.index import alert_named
from redismanifests.features.alerts.view import wait_s
from redismanifests.judge.review import review_of
from redismanifests.profile.form import profile_from

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from redismanifests.profile.model import Profile

PROMTOOL = shutil.which("promtool")
needs_promtool = pytest.mark.usefixtures("promtool")

EVERYTHING = """
name: redis
namespace: shop
redis:
  rdb: {save: [{after: 15m, changes: 1}]}
auth: {mode: acl}
tls:
  enabled: true
  certManager: {issuer: {name: shop-ca}}
monitoring: {enabled: true}
backup:
  schedule: "0 * * * *"
  store: {kind: s3, bucket: redis-backups, secretName: store}
  drill: {schedule: "40 4 * * 1"}
  segments: {secretName: writer}
"""
"""A profile to which every alert applies."""


def profile(text: str = EVERYTHING) -> Profile:
    return profile_from(source_from_text("profile.yaml", text))


def rules(text: str = EVERYTHING) -> dict[str, Any]:
    """The rendered file of Prometheus."""
    reviewed = review_of(source_from_text("profile.yaml", text))
    for each in reviewed.accepted().objects:
        if each.manifest["kind"] == "ConfigMap" and each.manifest["metadata"]["name"].endswith("-alerts"):
            (content,) = each.manifest["data"].values()
            found: dict[str, Any] = yaml.safe_load(content)
            return found
    raise AssertionError("no rules were rendered")


def facts() -> Facts:
    return facts_of(profile())


def case(play: Play) -> dict[str, Any]:
    """One test of promtool: nothing before the fault, not too early, and then."""
    known = facts()
    alert = alert_named(play.alert)
    assert alert, play.alert
    wait = wait_s(alert, known)
    # Seen with the next scrape, evaluated with the next evaluation.
    by = FAULT_S + max(play.lasts_s, math.ceil(wait)) + 2 * STEP_S
    firing = f'ALERTS{{alertname="{play.alert}",alertstate="firing"}}'
    others = "|".join((play.alert, *play.also))
    yes = [{"labels": "{}", "value": 1}]
    checks = [
        {
            "expr": f"count({firing}) > bool 0",
            "eval_time": f"{by}s",
            "exp_samples": yes if play.fires else [],
        },
        {
            "expr": f'count(ALERTS{{severity="critical",alertstate="firing",alertname!~"{others}"}})',
            "eval_time": f"{by}s",
            "exp_samples": [],
        },
    ]
    early = FAULT_S + math.floor(wait) - STEP_S
    checks.append({"expr": f"count({firing})", "eval_time": f"{early}s", "exp_samples": []})
    quiet = {"expr": 'count(ALERTS{alertstate="firing"})', "eval_time": f"{FAULT_S - STEP_S}s"}
    checks.append({**quiet, "exp_samples": []})
    series = recorded(World(replace(known)), by + STEP_S, play.play)
    return {"interval": f"{STEP_S}s", "input_series": series, "promql_expr_test": checks}


_UNWRITABLE: tuple[dict[str, Any], ...] = (
    {"masters": [0, 1]},
    {"down": {"redis-0"}},
    {"lag_s": 30},
    {"aof_write": 0},
    {"save": 0},
    {"used": GIB},
    {"gone": {"redis-0", "redis-1", "redis-2"}},
)


def writable_cases() -> Iterator[dict[str, Any]]:
    """The recorded series is 1 before, 0 from the fault on, and lost for as many seconds as the fault lasts."""
    series = WRITABLE + '{deployment="redis",namespace="shop"}'
    for changes in ({}, *_UNWRITABLE):

        def play(world: World, changes: dict[str, Any] = changes) -> None:
            healthy = World(world.facts)
            for name, value in changes.items():
                broken = FAULT_S <= world.now < FAULT_S + 30
                setattr(world, name, value if broken else getattr(healthy, name))

        lost = 2 * bool(changes)
        checks = [
            {"expr": WRITABLE, "eval_time": f"{at}s", "exp_samples": [{"labels": series, "value": value}]}
            for at, value in ((FAULT_S - STEP_S, 1), (FAULT_S, int(not changes)), (FAULT_S + 30, 1))
        ]
        burnt = f"sum(count_over_time({WRITABLE}[10m]) - sum_over_time({WRITABLE}[10m])) * {STEP_S}"
        checks.append(
            {
                "expr": burnt,
                "eval_time": f"{FAULT_S + 300}s",
                "exp_samples": [{"labels": "{}", "value": lost * STEP_S}],
            }
        )
        input_series = recorded(World(facts()), FAULT_S + 300, play)
        yield {"interval": f"{STEP_S}s", "input_series": input_series, "promql_expr_test": checks}


def quiet_case(lasts_s: int = 1800) -> dict[str, Any]:
    """Nothing fires in health, at any quarter of it."""
    checks = [
        {"expr": 'ALERTS{alertstate=~"firing|pending"}', "eval_time": f"{at}s", "exp_samples": []}
        for at in range(lasts_s // 4, lasts_s + 1, lasts_s // 4)
    ]
    series = recorded(World(facts()), lasts_s, lambda _: None)
    return {"interval": f"{STEP_S}s", "input_series": series, "promql_expr_test": checks}


def alone(given: dict[str, Any], name: str) -> dict[str, Any]:
    """Only the recorded series and one alert of these rules."""
    (group,) = given["groups"]
    kept = [rule for rule in group["rules"] if "record" in rule or rule["alert"] == name]
    return {"groups": [{**group, "rules": kept}]}


def verdict(folder: Path, given: dict[str, Any], *cases: dict[str, Any]) -> str:
    """What promtool complains about; empty where every case is as expected."""
    (folder / "rules.yaml").write_text(yaml.safe_dump(given), "utf-8")
    (folder / "test.yaml").write_text(
        yaml.safe_dump(
            {"rule_files": ["rules.yaml"], "evaluation_interval": f"{STEP_S}s", "tests": list(cases)}
        ),
        "utf-8",
    )
    assert PROMTOOL
    done = subprocess.run(
        [PROMTOOL, "test", "rules", "test.yaml"], cwd=folder, capture_output=True, text=True, check=False
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr
