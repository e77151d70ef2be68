"""What is rendered where it is asked for, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from commandline import redismanifests
from deployment import TOP
from redismanifests.core.sources.source import source_from_text
from redismanifests.core.values.duration import Duration
from redismanifests.features.alerts.index import ALERTS
from redismanifests.judge.review import review_of
from redismanifests.profile.formulas.scrape import (
    MAX_INTERVAL,
    MIN_INTERVAL,
    exporter_timeout_s,
    scrape_timeout_s,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

BASE = "name: redis\nnamespace: shop\n"


def files(text: str = "") -> Mapping[str, bytes]:
    return review_of(source_from_text("profile.yaml", BASE + text)).accepted().files


def objects(text: str) -> dict[str, Any]:
    found = review_of(source_from_text("profile.yaml", BASE + text)).accepted().objects
    return {each.manifest["kind"]: each.manifest for each in found}


def test_off_renders_not_a_byte() -> None:
    assert files("monitoring: {enabled: false, rules: prometheusRule, scrape: podMonitor}\n") == files()


def test_on_adds_the_rules_and_changes_two_arguments_of_the_exporters_and_nothing_else() -> None:
    off, on = files(), files("monitoring: {enabled: true}\n")
    assert on.keys() - off.keys() == {"redis-alerts-configmap.yaml"}
    for name, content in off.items():
        added = [line for line in on[name].splitlines() if line not in content.splitlines()]
        port = b"26379" if b"sentinel-exporter" in content else b"6379"
        expected = [b"- --redis.addr=localhost:" + port, b"- --connection-timeout=5s"] * (
            b"exporter" in content
        )
        assert [line.strip().replace(b'"', b"") for line in added] == expected


def test_kinds_of_the_operator_are_rendered_only_when_asked_for() -> None:
    theirs = {"PodMonitor", "PrometheusRule"}
    assert not theirs & objects("monitoring: {enabled: true}\n").keys()
    asked = objects("monitoring: {enabled: true, scrape: podMonitor, rules: prometheusRule}\n")
    assert theirs <= asked.keys()
    monitor = asked["PodMonitor"]["spec"]
    assert (
        monitor["selector"]["matchLabels"].items()
        <= asked["StatefulSet"]["spec"]["template"]["metadata"]["labels"].items()
    )
    (endpoint,) = monitor["podMetricsEndpoints"]
    ports = [
        port["name"]
        for container in asked["StatefulSet"]["spec"]["template"]["spec"]["containers"]
        for port in container.get("ports", ())
    ]
    assert endpoint["port"] in ports


def test_a_scrape_config_finds_what_a_pod_monitor_finds() -> None:
    monitor, config = (
        objects(f"monitoring: {{enabled: true, scrape: {kind}}}\n") for kind in ("podMonitor", "scrapeConfig")
    )
    assert monitor.keys() ^ config.keys() == {"PodMonitor", "ScrapeConfig"}
    (endpoint,) = monitor["PodMonitor"]["spec"]["podMetricsEndpoints"]
    spec = config["ScrapeConfig"]["spec"]
    ((instance,),) = [monitor["PodMonitor"]["spec"]["selector"]["matchLabels"].values()]
    assert spec["relabelings"][0]["regex"] == f"{instance};{endpoint['port']}"
    assert spec["metricRelabelings"] == endpoint["metricRelabelings"]
    assert (spec["scrapeInterval"], spec["scrapeTimeout"]) == (
        endpoint["interval"],
        endpoint["scrapeTimeout"],
    )
    labels = {step["targetLabel"] for step in spec["relabelings"] if "targetLabel" in step}
    assert labels == {"namespace", "pod", "container"}
    # The API server would add it, and every comparison with what is deployed would show that.
    assert all("action" in step for step in spec["relabelings"] + spec["metricRelabelings"])


@pytest.mark.parametrize("seconds", range(MIN_INTERVAL.whole_seconds, MAX_INTERVAL.whole_seconds + 1))
def test_the_exporter_gives_up_before_prometheus_and_that_before_the_next_scrape(seconds: int) -> None:
    interval = Duration.parse(f"{seconds}s")
    assert 1 <= exporter_timeout_s(interval) < scrape_timeout_s(interval) < seconds


def test_an_alert_that_is_switched_off_is_not_rendered() -> None:
    off = "monitoring: {enabled: true, off: [{alert: RedisSentinelTilt, reason: known}]}\n"
    assert b"RedisSentinelTilt" in files("monitoring: {enabled: true}\n")["redis-alerts-configmap.yaml"]
    assert b"RedisSentinelTilt" not in files(off)["redis-alerts-configmap.yaml"]


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)
def test_explain_prints_the_runbook_and_docs_hold_it(alert: Any) -> None:
    done = redismanifests("explain", alert.name.lower())
    assert done.returncode == 0
    assert alert.summary in done.stdout
    assert f"\n## {alert.name}\n" in (TOP / "docs" / "alerts.md").read_text("utf-8")
