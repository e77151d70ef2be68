"""What a runbook says to the person who is paged holds in every scenario in which its alert fires."""

from __future__ import annotations

import re

import pytest

from redismanifests.features.alerts.alert import CHAPTERS, Alert
from redismanifests.features.alerts.index import ALERTS

CALM = re.compile(r"[Nn]othing is (broken|wrong)|^None\b|not? harm|no effect")
"""Words that send the person back to bed."""
WRITES = ("RedisNoMaster", "RedisWritesRefused", "RedisTooFewGoodReplicas")
"""Alerts that say that applications cannot write."""
each_alert = pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)


def _without_writes() -> set[str]:
    return {scene for alert in ALERTS if alert.name in WRITES for scene in alert.fires_in}


@each_alert
def test_no_impact_is_called_none_where_writes_stop_in_the_same_scenario(alert: Alert) -> None:
    assert not (CALM.search(alert.chapter("Impact")) and {*alert.fires_in} & _without_writes())


@each_alert
def test_a_page_is_never_about_nothing(alert: Alert) -> None:
    assert alert.severity != "page" or not CALM.search(alert.chapter("Impact"))


@each_alert
def test_what_may_happen_is_a_condition_and_no_announcement(alert: Alert) -> None:
    """`When the master dies now` reads as if it did: `if` is a condition, `when` is a time that comes."""
    for chapter in CHAPTERS:
        assert not re.search(r"\b[Ww]hen [^.:]*\b(dies|fails|is lost|breaks)\b", alert.chapter(chapter))


@each_alert
def test_writes_go_on_or_not_by_the_append_only_file_as_the_server_is_configured(alert: Alert) -> None:
    """Where MISCONF is promised, the text names the case: with an append-only file a failed snapshot refuses none."""
    impact = alert.chapter("Impact")
    assert "(MISCONF)" not in impact or re.search(
        r"(Without an append-only file|After a failed write) a master", impact
    )
