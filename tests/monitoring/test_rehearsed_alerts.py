"""Real Prometheus, real exporters, real faults: alerts fire, a rollout pages no one, and panels have data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from redismanifests.prove.rehearse.bench.subject import of_profile
from redismanifests.prove.rehearse.run import DNS_TTL_S
from redismanifests.prove.rehearse.suite import Plan

if TYPE_CHECKING:
    from pathlib import Path

MONITORED = """
name: redis
namespace: shop
redis:
  rdb: {save: [{after: 15m, changes: 1}]}
monitoring:
  enabled: true
  dashboards: {enabled: true, fleet: true}
"""
FIRED = {
    "RedisWritesRefused",
    "RedisTooFewGoodReplicas",
    "RedisNoFailoverPossible",
    "RedisServerDown",
    "RedisReplicaMissing",
    "RedisSentinelKnowsTooFewReplicas",
}


@pytest.mark.slow
@pytest.mark.lab
@pytest.mark.usefixtures("machine", "prometheus", "exporter")
def test_alerts_fire_for_lost_replicas_and_a_rollout_pages_no_one(tmp_path: Path) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text(MONITORED, "utf-8")
    # Beside each other: most of it is waiting. By when an alert fires depends on the machine, and is not judged here.
    plan = Plan((of_profile(file, ()),), ("replicas-held", "redis-rolled"), 1, DNS_TTL_S, jobs=2, alerts=True)
    found = {run.result.scenario: run.result for run in plan.runs(lambda *_: lambda _: None)}
    fired = {each.alert for each in found["replicas-held"].alerts if each.after_s is not None}
    assert fired >= FIRED
    assert not {each.alert for each in found["replicas-held"].alerts if each.forbidden} & fired
    paged = {each.alert for each in found["redis-rolled"].alerts if each.severity == "page"}
    assert len(paged) > len(FIRED)
    for result in found.values():
        assert result.measure("queries of panels").value > 60
        assert result.measure("queries of panels without data").value == 0, result.problems
    wrong = [each.problem for each in found["redis-rolled"].alerts if each.problem]
    assert wrong == []
