"""Tables of charts: what they say of a key is complete, and what is said falls into one of four fates."""

from __future__ import annotations

import pytest
import yaml

from redismanifests.errors import RedismanifestsError
from redismanifests.features.sentinel.settings import Sentinel
from redismanifests.judge.migrate.accounts import expanded
from redismanifests.judge.migrate.charts import CHARTS
from redismanifests.judge.migrate.migration import Options, migrate
from redismanifests.judge.migrate.row import Chart, Fate, version_of
from redismanifests.profile.formulas.votes import majority


def _alone(chart: Chart, key: str, value: object) -> Fate:
    tree: object = value
    for step in reversed(key.split(".")):
        tree = {step: tree}
    data = yaml.safe_dump(tree).encode()
    return migrate({"values.yaml": data}, Options(chart=chart.name)).accounts[0].fate


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.name)
def test_a_row_says_one_thing(chart: Chart) -> None:
    for key, row in chart.keys.items():
        assert sum(map(bool, (row.fact, row.unneeded, row.lost))) == 1, key


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.name)
def test_a_default_is_a_key_of_the_table(chart: Chart) -> None:
    table = expanded(chart)
    for _, defaults in chart.defaults:
        for key in defaults:
            assert any(key == each or key.startswith(f"{each}.") for each in table), key


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.name)
def test_a_key_that_no_chart_has_is_without_effect(chart: Chart) -> None:
    assert _alone(chart, "usePassword", True) is Fate.NO_EFFECT
    assert _alone(chart, "slave.persistence.enabled", False) is Fate.NO_EFFECT


def test_sections_of_another_shape_are_without_effect() -> None:
    found = migrate(
        {
            "v": b"{architecture: replication, sentinel: {enabled: true}, master: {resources: {limits: {memory: 4Gi}}}}"
        },
        Options(),
    )
    fates = {each.key: each.fate for each in found.accounts}
    assert fates["master.resources.limits.memory"] is Fate.NO_EFFECT
    assert "4Gi" not in found.profile
    assert found.today.amounts["limits.memory"] == "192Mi"


def test_what_a_profile_has_by_default_is_not_written() -> None:
    ours = Sentinel.model_construct()
    sentinel = {
        "enabled": True,
        "downAfterMilliseconds": ours.down_after.milliseconds,
        "failoverTimeout": ours.failover_timeout.milliseconds,
        "parallelSyncs": ours.parallel_syncs,
        "quorum": majority(ours.replicas),
    }
    found = migrate({"v": yaml.safe_dump({"sentinel": sentinel}).encode()}, Options(chart="bitnami/redis"))
    fates = {each.key: each.fate for each in found.accounts}
    assert {fates[f"sentinel.{key}"] for key in sentinel if key != "enabled"} == {Fate.UNNEEDED}
    assert list(yaml.safe_load(found.profile)["sentinel"]) == ["masterName"]


@pytest.mark.parametrize(("version", "memory"), [("18.19.4", None), ("19.0.0", "192Mi"), ("", "192Mi")])
def test_the_preset_of_a_version_counts(version: str, memory: str | None) -> None:
    found = migrate({"v": b"master: {count: 1}"}, Options(chart=f"bitnami/redis:{version}"))
    assert found.today.amounts.get("limits.memory") == memory


def test_an_empty_section_of_resources_switches_the_preset_off() -> None:
    found = migrate(
        {"v": b"master: {resources: {limits: {}, requests: {}}}"}, Options(chart="bitnami/redis:19.0.0")
    )
    assert found.today.amounts == {}


@pytest.mark.parametrize(
    ("values", "pods"),
    [
        (b"{sentinel: {enabled: true}, replica: {replicaCount: 2}}", 2),
        (b"{replica: {replicaCount: 2}}", 3),
        (b"{architecture: standalone, replica: {replicaCount: 2}}", 1),
    ],
)
def test_the_number_of_replicas_is_read_by_shape(values: bytes, pods: int) -> None:
    assert migrate({"v": values}, Options(chart="bitnami/redis")).today.pods == pods


@pytest.mark.parametrize(
    ("tag", "image"),
    [("8.4.0-debian-12-r0", "redis:8.4."), ("7.2.4-debian-12-r9", None), ("9.9", "redis:9.9.0")],
)
def test_a_newer_version_than_ours_is_kept_and_nothing_else_of_an_image(tag: str, image: str | None) -> None:
    values = f"{{master: {{}}, image: {{registry: r.example.com, repository: bitnami/redis, tag: {tag}}}}}"
    profile = migrate({"v": values.encode()}, Options(chart="bitnami/redis")).profile
    assert (f"image: {image}" in profile) if image else ("image:" not in profile)
    assert "r.example.com" not in profile


@pytest.mark.parametrize("name", ["redis-cluster", "groundhog2k/redis-operator", "valkey-cluster"])
def test_another_chart_is_refused_by_its_name(name: str) -> None:
    with pytest.raises(RedismanifestsError, match=name):
        migrate({"v": b"a: 1"}, Options(chart=name))


def test_versions_are_compared_as_numbers() -> None:
    assert version_of("v18.19.4-rc1") > version_of("18.3")
    assert version_of("~20.x") == ()
    assert version_of("20.x") == (20,)
