"""Real Prometheus, real exporters, real faults: alerts fire, a rollout pages no one, and panels have data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from redismanifests.prove.rehearse.alerts.order import INTERVAL_S
from redismanifests.prove.rehearse.alerts.rulefile import rule_files
from redismanifests.prove.rehearse.alerts.verdict import verdicts
from redismanifests.prove.rehearse.bench.subject import of_profile
from redismanifests.prove.rehearse.run import DNS_TTL_S
from redismanifests.prove.rehearse.suite import Plan

if TYPE_CHECKING:
    from pathlib import Path

    from redismanifests.prove.rehearse.alerts.verdict import Verdict
    from redismanifests.prove.rehearse.result import Result

MONITORED = """
name: redis
namespace: shop
redis:
  rdb: {save: [{after: 15m, changes: 1}]}
monitoring:
  enabled: true
  dashboards: {enabled: true, fleet: true}
"""
COPIED = """
groups:
  - name: what people copy
    rules:
      - {alert: NoMaster, expr: 'sum(redis_instance_info{role="master"}) < 1'}
      - {alert: MissingMaster, expr: '(count(redis_instance_info{role="master"}) or vector(0)) < 1'}
      - alert: ReplicasDisconnected
        expr: >-
          count without (instance, job) (redis_connected_slaves)
          - sum without (instance, job) (redis_connected_slaves) - 1 > 0
      - {alert: ReplicationBroken, expr: 'delta(redis_connected_slaves[1m]) < 0'}
      - {alert: Fragmented, expr: 'redis_mem_fragmentation_ratio > 1.5'}
      - {alert: OutOfMemory, expr: 'redis_memory_used_bytes / redis_total_system_memory_bytes > 0.9'}
      - {alert: Down, expr: 'redis_up == 0', for: 5m}
      - {alert: Flapping, expr: 'changes(redis_connected_slaves[1m]) > 1'}
      - {alert: MissingBackup, expr: 'time() - redis_rdb_last_save_timestamp_seconds > 86400'}
      - {alert: ManyConnections, expr: 'redis_connected_clients / redis_config_maxclients > 0.9'}
"""
"""Shapes of alerts that are widely copied, and what is known of each (docs/monitoring.md)."""
RETRY_S = 1.0
"""From a master that takes writes again to the next try of the application, at the most."""
FIRED = {
    "replicas-held": {
        "RedisWritesRefused",
        "RedisTooFewGoodReplicas",
        "RedisNoFailoverPossible",
        "RedisServerDown",
        "RedisReplicaMissing",
        "RedisSentinelKnowsTooFewReplicas",
    },
    "no-master-held": {
        "RedisNoMaster",
        "RedisSentinelNoQuorum",
        "RedisReplicaLinkDown",
        "RedisBudgetBurnsFast",
    },
}


@pytest.mark.slow
@pytest.mark.lab
@pytest.mark.usefixtures("machine", "prometheus", "exporter")
def test_alerts_fire_for_lost_members_and_a_rollout_pages_no_one(tmp_path: Path) -> None:
    file, copied = tmp_path / "shop.yaml", tmp_path / "copied.yaml"
    file.write_text(MONITORED, "utf-8")
    copied.write_text(COPIED, "utf-8")
    # Beside each other: most of it is waiting. By when an alert fires depends on the machine, and is not judged here.
    plan = Plan(
        (of_profile(file, ()),),
        ("replicas-held", "no-master-held", "redis-rolled"),
        1,
        DNS_TTL_S,
        jobs=3,
        alerts=True,
        rules=rule_files([copied]),
    )
    found = {run.result.scenario: run.result for run in plan.runs(lambda *_: lambda _: None)}
    for scenario, wanted in FIRED.items():
        fired = {each.alert for each in found[scenario].alerts if each.after_s is not None}
        assert fired >= wanted
        assert not {each.alert for each in found[scenario].alerts if each.forbidden} & fired
    paged = {each.alert for each in found["redis-rolled"].alerts if each.severity == "page"}
    assert len(paged) > len(FIRED)
    for result in found.values():
        assert result.measure("queries of panels").value > 60
        assert result.measure("queries of panels without data").value == 0, result.problems
    held = found["replicas-held"]
    assert _without_writes_s(held) == pytest.approx(held.measure("outage").value, abs=3 * INTERVAL_S)
    wrong = [each.problem for each in found["redis-rolled"].alerts if each.problem]
    assert wrong == []
    _judge({each.rule.alert: each for each in verdicts(list(found.values()))})


@pytest.mark.slow
@pytest.mark.release
@pytest.mark.lab
@pytest.mark.usefixtures("machine", "prometheus", "exporter")
def test_an_outage_burns_what_the_application_missed(tmp_path: Path) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text(MONITORED, "utf-8")
    plan = Plan((of_profile(file, ()),), ("replicas-held-20s",), 1, DNS_TTL_S, alerts=True)
    (run,) = plan.runs(lambda *_: lambda _: None)
    outage = run.result.measure("outage").value
    assert 15 < outage < 45
    # One sample; and until the application tries again.
    assert _without_writes_s(run.result) == pytest.approx(outage, abs=INTERVAL_S + RETRY_S)


def _without_writes_s(result: Result) -> float:
    """What the panel says at the end of a run."""
    (value,) = (
        line.points[-1][1]
        for board in result.boards
        for panel in board.panels
        if panel.place.title == "Without writes in this time range"
        for lines in panel.lines
        for line in lines
    )
    return value


def _judge(of: dict[str, Verdict]) -> None:
    """What is known of these rules."""
    # No sample is not less than one, and each pod is counted alone.
    assert (of["NoMaster"].fires, of["NoMaster"].missing) == ((), ())
    assert (of["ReplicasDisconnected"].fires, of["ReplicasDisconnected"].missing) == ((), ())
    # True on every server that has little data.
    assert of["Fragmented"].healthy == 3
    # True until the first scrape, too, but whether it is evaluated by then is chance: how often, nobody can say.
    assert "no-master-held" in {each.scenario for each in of["MissingMaster"].fires}
    assert {"replicas-held", "redis-rolled"} <= {each.scenario for each in of["ReplicationBroken"].fires}
    assert of["OutOfMemory"].missing == ("redis_total_system_memory_bytes",)
    assert {each.scenario for each in of["Down"].fires} == {"replicas-held", "no-master-held"}
    # It counts that a pod is back, too.
    assert "redis-rolled" in {each.scenario for each in of["Flapping"].fires}
    # Whether there is a copy anywhere else it does not see: the start of a server counts as a save.
    assert (of["MissingBackup"].fires, of["MissingBackup"].missing) == ((), ())
    # With accounts it would be dead: the exporter then asks for no settings.
    assert (of["ManyConnections"].fires, of["ManyConnections"].missing) == ((), ())
    assert of["Down"].healthy == 0
