"""A decision of `migrate` names the option that records it, and that option closes it."""

from __future__ import annotations

import pytest

from redismanifests.core.findings import Severity
from redismanifests.errors import RedismanifestsError
from redismanifests.judge.explanation import explanations
from redismanifests.judge.migrate.kinds import DECISIONS
from redismanifests.judge.migrate.migration import Options, migrate

UNSAFE = b"""\
architecture: replication
auth: {enabled: true, sentinel: false}
image: {tag: latest}
sentinel: {enabled: true, masterService: {enabled: true}}
replica: {replicaCount: 2}
commonConfiguration: |
  loadmodule /x.so
"""
WITHOUT_SENTINEL = b"architecture: replication\nauth: {enabled: false}\n"
SOURCES = (UNSAFE, WITHOUT_SENTINEL)


def _options(*accepted: str) -> Options:
    return Options(chart="bitnami/redis", accepted=accepted)


def test_every_decision_that_is_open_names_its_option() -> None:
    seen = set()
    for source in SOURCES:
        for finding in migrate({"values.yaml": source}, _options()).findings:
            if finding.severity is Severity.ERROR:
                assert finding.fix.endswith(f"; then: migrate --accept {finding.code}")
                seen.add(finding.code)
    assert seen == {kind.code for kind in DECISIONS}


def test_the_options_that_are_named_close_every_decision() -> None:
    for source in SOURCES:
        found = migrate({"values.yaml": source}, _options())
        named = [each.fix.split()[-1] for each in found.findings if each.severity is Severity.ERROR]
        assert found.open
        assert not migrate({"values.yaml": source}, _options(*named)).open


def test_explain_names_the_option_of_a_decision() -> None:
    texts = {each.code: each.text for each in explanations()}
    for kind in DECISIONS:
        assert f"`redismanifests migrate --accept {kind.code}`" in texts[kind.code]


PROFILE = "name: redis\nnamespace: shop\n"


@pytest.mark.parametrize(
    "rest",
    [
        "",
        "redis: {replicas: 3}\n",
        "sentinel: {quorum: 2}\nredis: {image: redis:8.2.10}\nauth: {mode: password}\n",
        "backup: {schedule: 17 * * * *, store: {kind: s3, bucket: b}}\n",
        "redis: {replica: 3}\n",
        "sentinal: {quorum: 2}\n",
    ],
)
def test_a_profile_is_called_one(rest: str) -> None:
    with pytest.raises(RedismanifestsError) as refused:
        migrate({"mine.yaml": f"{PROFILE}{rest}".encode()}, Options())
    assert str(refused.value) == "mine.yaml is a profile already: migrate reads what another tool deployed"
    assert "redismanifests check mine.yaml" in refused.value.fix


def test_a_profile_that_follows_an_old_master_is_answered_with_the_move() -> None:
    with pytest.raises(RedismanifestsError) as refused:
        migrate({"mine.yaml": f"{PROFILE}migration: {{from: {{host: old}}}}\n".encode()}, Options())
    assert "redismanifests migrate status mine.yaml" in refused.value.fix


@pytest.mark.parametrize(
    "values",
    [
        "redis: {architecture: replication, auth: {enabled: false}}\n",
        "redis: {architecture: standalone, master: {persistence: {size: 8Gi}}}\nfrontend: {replicas: 3}\n",
    ],
)
def test_values_of_a_chart_with_a_name_and_a_namespace_are_no_profile(values: str) -> None:
    assert migrate({"values.yaml": f"{PROFILE}{values}".encode()}, Options()).profile


def test_a_chart_that_is_named_counts_more_than_what_looks_like_a_profile() -> None:
    source = f"{PROFILE}redis: {{replicas: 3}}\n".encode()
    assert migrate({"values.yaml": source}, Options(chart="redis-ha")).profile
