"""Links: alert, runbook, promtool test and scenarios belong together, and a rehearsal asks for all of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from commandline import redismanifests
from deployment import TOP
from monitoring.plays import PLAYS
from monitoring.promtool import EVERYTHING, PROMTOOL, needs_promtool, profile, rules
from redismanifests.features.alerts.alert import CHAPTERS, Alert
from redismanifests.features.alerts.facts import facts_of
from redismanifests.features.alerts.index import ALERTS, alert_named
from redismanifests.features.alerts.view import wait_s
from redismanifests.prove.rehearse.alerts import order as orders
from redismanifests.prove.rehearse.alerts.order import INTERVAL_S, order
from redismanifests.prove.rehearse.alerts.planned import PLANNED
from redismanifests.prove.rehearse.alerts.scraping import configuration, paced
from redismanifests.prove.rehearse.alerts.sounded import sounded
from redismanifests.prove.rehearse.scenarios import SCENARIOS, watched
from redismanifests.prove.toycluster.objects import Objects

NAMES = {scenario.name for scenario in (*SCENARIOS, *watched())}
MOST_UNPROVEN = 3
MONITORED = "name: redis\nnamespace: shop\nmonitoring: {enabled: true}\n"
each_alert = pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)


@each_alert
def test_an_alert_has_a_runbook_a_promtool_test_and_scenarios(alert: Alert) -> None:
    assert all(alert.chapter(name) for name in CHAPTERS)
    assert {play.fires for play in PLAYS if play.alert == alert.name} == {True, False}
    assert bool(alert.fires_in) != bool(alert.unproven)
    assert bool(alert.silent_in) == bool(alert.fires_in)
    assert {*alert.fires_in, *alert.silent_in} <= NAMES
    assert not {*alert.fires_in} & {*alert.silent_in, *PLANNED}


def test_few_alerts_cannot_be_proven_and_each_says_why() -> None:
    unproven = {alert.name: alert.unproven for alert in ALERTS if alert.unproven}
    assert set(unproven) == {"RedisVolumeFilling"}
    assert len(unproven) <= MOST_UNPROVEN


def test_every_scenario_that_waits_for_alerts_is_one_of_an_alert() -> None:
    fires = {name for alert in ALERTS for name in alert.fires_in}
    assert {scenario.name for scenario in watched()} - fires == {"quiet", "replicas-held-20s"}
    assert set(PLANNED) <= NAMES


def test_no_name_of_a_scenario_is_there_twice() -> None:
    assert len(NAMES) == len(SCENARIOS) + len(watched())


def test_docs_name_the_scenarios_of_each_alert() -> None:
    text = (TOP / "docs" / "alerts.md").read_text("utf-8")
    for alert in ALERTS:
        (row,) = (line for line in text.splitlines() if line.startswith(f"| [{alert.name}]"))
        assert all(name in row for name in (*alert.fires_in, *alert.silent_in, alert.unproven))


def test_at_its_own_pace_a_rehearsal_has_the_rendered_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    real = profile()
    monkeypatch.setattr(orders, "INTERVAL_S", float(real.monitoring.interval.whole_seconds))
    assert yaml.safe_load(order(real, "quiet").rules) == rules()


def test_compressed_rules_are_the_same_but_for_their_times() -> None:
    rendered = rules()["groups"][0]["rules"]
    compressed = yaml.safe_load(order(profile(), "quiet").rules)["groups"][0]["rules"]
    assert [each.get("alert") for each in compressed] == [each.get("alert") for each in rendered]
    assert [each["labels"] for each in compressed] == [each["labels"] for each in rendered]
    real = [int(each.get("for", "0s").removesuffix("s")) for each in rendered]
    short = [int(each.get("for", "0s").removesuffix("s")) for each in compressed]
    assert all(less <= more for less, more in zip(short, real, strict=True))
    assert sum(short) < sum(real) / 3


@needs_promtool
def test_promtool_takes_the_compressed_rules(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(order(profile(), "quiet").rules, "utf-8")
    assert PROMTOOL
    done = subprocess.run(
        [PROMTOOL, "check", "rules", "rules.yaml"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_what_must_fire_has_a_limit_that_follows_from_its_wait() -> None:
    known = facts_of(profile(), 15 / INTERVAL_S)
    must = order(profile(), "replicas-held").must
    assert {"RedisWritesRefused", "RedisTooFewGoodReplicas", "RedisNoFailoverPossible"} <= set(must)
    for alert in ALERTS:
        if alert.name in must:
            assert must[alert.name] > wait_s(alert, known)


@pytest.mark.parametrize("renew_before", ["5m", "10h", "720h"])
def test_a_certificate_that_ends_soon_is_reported_before_it_ends(renew_before: str) -> None:
    known = facts_of(profile(EVERYTHING.replace("issuer:", f"renewBefore: {renew_before}, issuer:")))
    alert = alert_named("RedisCertificateExpires")
    assert alert
    assert 0 < wait_s(alert, known) < known.renew_before_s / 2


def test_no_page_may_fire_in_a_planned_change() -> None:
    pages = {alert.name for alert in ALERTS if alert.severity == "page"}
    for name in PLANNED:
        found = order(profile(), name)
        assert pages <= set(found.must_not)
        assert not found.must


def test_an_alert_whose_series_this_machine_lacks_is_a_note_and_not_a_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(orders, "exporter_version", lambda: (1, 45, 0))
    old = order(profile(), "masters-killed")
    assert not old.must
    assert any("RedisFlapping" in note and "config_epoch" in note for note in old.notes)
    monkeypatch.setattr(orders, "exporter_version", lambda: (1, 83, 0))
    assert set(order(profile(), "masters-killed").must) == {"RedisFlapping"}


def test_an_alert_that_is_silent_late_or_early_is_named() -> None:
    asked = order(profile(), "replicas-held")
    firing = {"RedisWritesRefused": [120.0], "RedisTooFewGoodReplicas": [1000.0], "RedisFlapping": [90.0]}
    found = {each.alert: each for each in sounded(asked, firing, fault_at=100.0, complete_at=101.0)}
    assert found["RedisWritesRefused"].held
    assert not found["RedisTooFewGoodReplicas"].held
    assert found["RedisTooFewGoodReplicas"].problem == ""
    assert "did not fire" in found["RedisNoFailoverPossible"].problem
    assert found["RedisFlapping"].problem == "RedisFlapping fired 10.0 s before the fault"
    quiet = order(profile(), "redis-rolled")
    assert {each.alert for each in sounded(quiet, firing, 80.0, 80.0) if each.problem} == set(firing)


def _objects(tmp_path: Path, text: str) -> Objects:
    (tmp_path / "shop.yaml").write_text(text, "utf-8")
    done = redismanifests("render", "shop.yaml", "--output", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    files = sorted((tmp_path / "out").glob("*.yaml"))
    return Objects.of(each for file in files for each in yaml.safe_load_all(file.read_text("utf-8")))


@needs_promtool
@pytest.mark.parametrize(
    ("scrape", "job_name"),
    [
        ("annotations", "kubernetes-pods"),
        ("podMonitor", "podMonitor/shop/redis/0"),
        ("scrapeConfig", "scrapeConfig/shop/redis"),
    ],
)
def test_the_scrape_configuration_follows_what_is_rendered(
    scrape: str, job_name: str, tmp_path: Path
) -> None:
    text = MONITORED.replace("true}", f"true, scrape: {scrape}}}")
    found = configuration(_objects(tmp_path, text), str(tmp_path), str(tmp_path / "ca.crt"))
    assert [job["job_name"] for job in found["scrape_configs"]] == [job_name, "kube-state-metrics"]
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "ours.yaml").write_text(order(profile(), "quiet").rules, "utf-8")
    for file in ("targets.json", "states.json"):
        (tmp_path / file).write_text("[]", "utf-8")
    (tmp_path / "prometheus.yaml").write_text(json.dumps(found), "utf-8")
    assert PROMTOOL
    done = subprocess.run(
        [PROMTOOL, "check", "config", str(tmp_path / "prometheus.yaml")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_only_the_time_out_of_the_exporters_is_another_one(tmp_path: Path) -> None:
    objects = _objects(tmp_path, MONITORED)
    before, after = (json.dumps(each.items) for each in (objects, paced(objects)))
    assert before != after
    assert before.replace("--connection-timeout=5s", "--connection-timeout=1s") == after


def _path(tmp_path: Path, *left_out: str) -> str:
    """A PATH with every program of this machine's but these."""
    for folder in map(Path, os.environ["PATH"].split(os.pathsep)):
        for entry in folder.iterdir() if folder.is_dir() else ():
            link = tmp_path / entry.name
            if entry.name not in left_out and not link.is_symlink():
                link.symlink_to(entry)
    return str(tmp_path)


@pytest.mark.usefixtures("prometheus", "exporter")
@pytest.mark.parametrize(
    ("left_out", "said"),
    [
        (("prometheus",), "apt-get install prometheus)"),
        (("prometheus-redis-exporter", "redis_exporter"), "apt-get install prometheus-redis-exporter)"),
    ],
)
def test_a_missing_program_is_named_with_its_package(
    left_out: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    (tmp_path / "shop.yaml").write_text(MONITORED, "utf-8")
    (tmp_path / "bin").mkdir()
    path = _path(tmp_path / "bin", *left_out)
    done = redismanifests("rehearse", "shop.yaml", "--alerts", cwd=tmp_path, env={"PATH": path})
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


@pytest.mark.usefixtures("prometheus", "exporter")
def test_without_alerts_in_the_profile_nothing_is_started(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text("name: redis\nnamespace: shop\n", "utf-8")
    done = redismanifests("rehearse", "shop.yaml", "--alerts", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "monitoring.enabled is false" in done.stderr
    done = redismanifests("rehearse", TOP / "rendered", "--alerts", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "is no profile" in done.stderr


def test_a_scenario_that_waits_for_alerts_needs_them(tmp_path: Path) -> None:
    done = redismanifests("rehearse", "--scenario", "replica-held", cwd=tmp_path)
    assert done.returncode == 2
    assert "use it with --alerts" in done.stderr
    assert "replica-held" not in redismanifests("rehearse", "--list").stdout
    assert "replica-held" in redismanifests("rehearse", "--list", "--alerts").stdout


def test_who_rehearses_no_alerts_does_not_read_them() -> None:
    text = (
        "import sys, redismanifests.prove.rehearse.inside, redismanifests.prove.rehearse.suite\n"
        "import redismanifests.cli.proof.rehearse, redismanifests.present.rehearsal.files\n"
        "print([name for name in sys.modules if 'features.alerts.' in name or 'scenarios.alerts' in name"
        " or name.endswith(('alerts.watch', 'alerts.order', 'alerts.scraping'))])"
    )
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
