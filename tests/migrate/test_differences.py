"""Differences: what the profile has otherwise than today is named, and a chart's version means what its authors wrote.

The values are our own; what Helm makes of the charts is compared by ``tools/compare_migrate.py``.
"""

from __future__ import annotations

import re

import pytest
import yaml

from redismanifests.errors import RedismanifestsError
from redismanifests.judge.migrate.migration import Migration, Options, migrate
from redismanifests.judge.migrate.row import Fate

SENTINEL = "sentinel: {enabled: true}"


def _migrated(values: str, chart: str = "bitnami/redis:20.3.0") -> Migration:
    return migrate({"values.yaml": values.encode()}, Options(namespace="shop", chart=chart))


def _facts(found: Migration) -> list[str]:
    return [each.fact for each in found.findings]


def _named(found: Migration, pattern: str) -> bool:
    return any(re.search(pattern, each) for each in _facts(found))


@pytest.mark.parametrize(
    "pattern",
    [
        r"sentinel\.resources: limits cpu 150m today, none in the profile; limits memory 192Mi today, 128Mi in",
        r"today no exporter",
        r"snapshots: none today, after 1h with 1 write in the profile",
        r"today no maxmemory: .* maxmemory-policy noeviction, which refuses writes beyond it",
        r"min-replicas-to-write is 0 today, 1 in the profile",
        r"today pods may share a node; in the profile none do: 3 nodes are needed",
        r"today the server is redis 7\.4, and redis:8\.2\.\d+ in the profile",
    ],
)
def test_a_default_of_ours_that_changes_the_deployment_is_named(pattern: str) -> None:
    assert _named(_migrated(SENTINEL), pattern), _facts(_migrated(SENTINEL))


def test_what_the_profile_has_as_today_is_not_named() -> None:
    values = """
sentinel:
  enabled: true
  downAfterMilliseconds: 5000
  failoverTimeout: 9000
  persistence: {enabled: true, size: 1Gi}
  resources: {requests: {cpu: 100m, memory: 128Mi}, limits: {memory: 128Mi}}
replica:
  podAntiAffinityPreset: hard
  disableCommands: []
  resources: {requests: {cpu: 250m, memory: 1Gi}, limits: {memory: 1Gi}}
metrics: {enabled: true, resources: {requests: {cpu: 100m, memory: 128Mi}, limits: {memory: 128Mi}}}
commonConfiguration: |-
  appendonly yes
  save 3600 1
  maxmemory 500mb
  min-replicas-to-write 1
image: {tag: 8.2.1}
"""
    assert [each for each in _migrated(values).findings if each.code == "RM360"] == []


def test_a_request_that_follows_from_a_limit_is_no_difference() -> None:
    found = _migrated(f"{SENTINEL}\nreplica: {{resources: {{limits: {{cpu: 250m, memory: 1Gi}}}}}}")
    assert not _named(found, r"^redis\.resources")


def test_a_sentinel_without_a_volume_of_its_own_is_named() -> None:
    assert _named(_migrated("replicas: 3", "dandydeveloper/redis-ha:4.39.0"), "no volume of their own")
    found = _migrated("{architecture: replication, sentinel: {enabled: true}}", "cloudpirates/redis:0.34.18")
    assert _named(found, "no volume of their own")


def test_a_missing_append_only_file_is_named_though_snapshots_are_chosen() -> None:
    found = _migrated('redis: {config: {save: "60 1"}}', "dandydeveloper/redis-ha:4.39.0")
    assert _named(found, "today no append-only file")
    assert yaml.safe_load(found.profile)["redis"]["rdb"]["save"] == [{"after": "1m", "changes": 1}]


def test_a_policy_of_the_chart_is_kept_where_a_limit_makes_it_act() -> None:
    chart = "dandydeveloper/redis-ha:4.39.0"
    found = yaml.safe_load(_migrated("redis: {config: {maxmemory: 300mb}}", chart).profile)
    assert found["redis"]["maxmemoryPolicy"] == "volatile-lru"
    assert "maxmemoryPolicy" not in _migrated("replicas: 3", chart).profile


@pytest.mark.parametrize(("pods", "quorum"), [(1, 1), (5, 3), (5, 4)])
def test_a_quorum_of_another_number_of_sentinels_is_not_kept(pods: int, quorum: int) -> None:
    values = f"{{sentinel: {{enabled: true, quorum: {quorum}}}, replica: {{replicaCount: {pods}}}}}"
    found = _migrated(values)
    assert _named(found, f"today a quorum of {quorum} of {pods} Sentinels")
    assert "quorum:" not in found.profile
    assert {each.key: each.fate for each in found.accounts}["sentinel.quorum"] is Fate.NOT_KEPT


def test_sentinels_that_go_are_named() -> None:
    found = _migrated("{sentinel: {enabled: true}, replica: {replicaCount: 5}}")
    assert _named(found, "today 5 Sentinels, one beside each Redis; the profile has 3")


@pytest.mark.parametrize(
    ("values", "version", "pattern"),
    [
        (SENTINEL, "18.4.0", "today no PodDisruptionBudget"),
        (f"{SENTINEL}\npdb: {{create: true, minAvailable: 1}}", "18.4.0", "has minAvailable 1"),
        (f"{SENTINEL}\nreplica: {{pdb: {{maxUnavailable: 2}}}}", "23.1.1", "has maxUnavailable 2"),
        ("pdb: {create: true, minAvailable: 1}", "23.1.1", "has minAvailable 1"),
    ],
)
def test_another_budget_for_evictions_is_named(values: str, version: str, pattern: str) -> None:
    assert _named(_migrated(values, f"bitnami/redis:{version}"), pattern)


def test_a_budget_that_lets_one_of_three_pods_go_is_ours() -> None:
    found = _migrated(f"{SENTINEL}\npdb: {{create: true, minAvailable: 2}}", "bitnami/redis:18.4.0")
    assert not _named(found, "PodDisruptionBudget")


def test_a_budget_that_a_person_turned_off_stays_off() -> None:
    found = _migrated(f"{SENTINEL}\npdb: {{create: false, minAvailable: 1}}", "bitnami/redis:23.1.1")
    assert yaml.safe_load(found.profile)["disruption"] == {"redis": {"enabled": False}}


@pytest.mark.parametrize(
    ("version", "requests"),
    [("18.19.4", ("2", "4Gi")), ("19.1.1", ("1500m", "4Gi")), ("19.5.5", ("1", "3Gi"))],
)
def test_a_preset_is_that_of_the_version(version: str, requests: tuple[str, str]) -> None:
    found = _migrated(f"{SENTINEL}\nreplica: {{resourcesPreset: xlarge}}", f"bitnami/redis:{version}")
    assert (found.today.amounts["requests.cpu"], found.today.amounts["requests.memory"]) == requests
    assert found.today.amounts["limits.memory"] == "6Gi"


@pytest.mark.parametrize(
    ("version", "server"),
    [("0.22.0", "8.6.0"), ("0.33.2", "8.8.1"), ("0.34.1", "8.8.1"), ("0.34.18", "8.10.0")],
)
def test_the_server_of_a_chart_is_that_of_its_image(version: str, server: str) -> None:
    found = _migrated(
        "{architecture: replication, sentinel: {enabled: true}}", f"cloudpirates/redis:{version}"
    )
    assert found.today.server == server


def test_a_patch_with_known_holes_is_not_carried_and_no_older_version_is() -> None:
    found = _migrated("{architecture: replication, sentinel: {enabled: true}}", "cloudpirates/redis:0.34.18")
    image = yaml.safe_load(found.profile)["redis"]["image"]
    assert image.startswith("redis:8.10.")
    assert int(image.rpartition(".")[2]) > 0
    assert "RM219" not in found.profile


def test_certificates_of_clients_are_required_where_the_chart_requires_them() -> None:
    values = "{architecture: replication, sentinel: {enabled: true}, tls: {enabled: true, existingSecret: t}}"
    for version, clients in (("0.15.0", "none"), ("0.15.1", "required")):
        found = yaml.safe_load(_migrated(values, f"cloudpirates/redis:{version}").profile)
        assert found["tls"]["clients"] == clients, version


def test_a_valkey_chart_with_the_keys_of_redis_is_refused() -> None:
    with pytest.raises(RedismanifestsError, match=r"1\.0\.3 is older than 2"):
        _migrated("master: {count: 1}", "bitnami/valkey:1.0.3")
