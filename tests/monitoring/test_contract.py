"""Contract: names of series are those of real exporters, and an alert that reads another one is found."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from exporters import exporters
from monitoring.promtool import facts
from monitoring.series import exported_by
from redismanifests.core.values.image import Image
from redismanifests.features.alerts.alert import Alert, metrics
from redismanifests.features.alerts.contract import OTHERS, exported, names, versions
from redismanifests.features.alerts.facts import WRITABLE
from redismanifests.features.alerts.index import ALERTS, alert_named
from redismanifests.features.alerts.writable import writable
from redismanifests.profile.formulas.exporter import DEFAULT_IMAGE

if TYPE_CHECKING:
    from pathlib import Path

LISTED = [version for version in exporters() if version in versions()]
NEWEST = names(versions()[-1])
_FUNCTIONS = re.compile(r"\b[a-z_]+\b(?!\{)")
_WORDS = {
    "and",
    "or",
    "unless",
    "on",
    "by",
    "job_name",
    "bool",
    "sum",
    "max",
    "min",
    "count",
    "rate",
    "increase",
    "absent",
    "time",
    "predict_linear",
    "pod",
    "last_over_time",
    "max_over_time",
    "min_over_time",
    "count_over_time",
    "sum_over_time",
    "slave_ip",
    "slave_port",
    "master_address",
    "persistentvolumeclaim",
}


@pytest.mark.parametrize("version", LISTED, ids=lambda version: ".".join(map(str, version)))
@pytest.mark.usefixtures("redis_server", "exporter")
def test_a_list_is_what_its_program_exports(version: tuple[int, ...], tmp_path: Path) -> None:
    seen = exported_by(exporters()[version], tmp_path)
    # Another Redis has a few others; those that alerts read are there with each.
    read = frozenset().union(*(metrics(alert.expression(facts())) for alert in ALERTS))
    assert read & seen == read & names(version)


@pytest.mark.usefixtures("exporter")
def test_at_least_one_exporter_of_this_machine_has_a_list() -> None:
    assert LISTED


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)
def test_every_series_is_one_of_the_newest_exporter_or_of_another_named_source(alert: Alert) -> None:
    assert metrics(alert.expression(facts())) <= NEWEST | OTHERS
    assert metrics(writable(facts())) <= NEWEST


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)
def test_no_series_is_without_a_selector(alert: Alert) -> None:
    expression = alert.expression(facts()).replace(WRITABLE, "")
    bare = re.sub(r"\{[^}]*\}|\[[^]]*\]", lambda match: "{" if match[0][0] == "{" else "", expression)
    assert set(_FUNCTIONS.findall(bare)) <= _WORDS


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)
def test_any_letter_changed_in_a_name_makes_it_unknown(alert: Alert) -> None:
    for name in metrics(alert.expression(facts())):
        for place, letter in enumerate(name):
            changed = f"{name[:place]}{'x' if letter != 'x' else 'y'}{name[place + 1 :]}"
            assert changed not in NEWEST | OTHERS


def test_a_version_between_two_lists_is_judged_by_the_older_one() -> None:
    of = {
        tag: exported(Image.parse(f"oliver006/redis_exporter:{tag}"))
        for tag in ("v1.45.0", "v1.70.0", "v1.44.0")
    }
    assert of == {"v1.45.0": names((1, 45, 0)), "v1.70.0": names((1, 69, 0)), "v1.44.0": names((1, 45, 0))}
    assert exported(Image.parse(DEFAULT_IMAGE)) == NEWEST
    assert exported(Image.parse("example/exporter:v1.45.0")) is None
    assert exported(Image.parse("oliver006/redis_exporter")) is None


def test_what_the_versions_lack_is_as_read_in_their_sources() -> None:
    assert "redis_max_clients" not in names((1, 45, 0))
    assert "redis_max_clients" in names((1, 69, 0))
    assert "redis_sentinel_master_config_epoch" not in names((1, 69, 0))
    assert "redis_sentinel_master_config_epoch" in names((1, 83, 0))


def test_an_alert_is_found_by_its_name_in_any_case() -> None:
    assert alert_named("RedisNoMaster") is alert_named("redisnomaster") is not None
    assert alert_named("RedisNothing") is None
