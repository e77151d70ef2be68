"""Scenarios: the committed objects, broken on purpose. Nothing that was acknowledged is ever lost."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from yaml12 import parse_yaml

from notheld import why
from redismanifests.core.sources.source import source_from_text
from redismanifests.errors import RedismanifestsError, ToolError
from redismanifests.profile.derived.recovery import recovery
from redismanifests.profile.form import profile_from
from redismanifests.prove.rehearse import run
from redismanifests.prove.rehearse.measure.recovery import Probing, Recovery, bootstrap
from redismanifests.prove.rehearse.measure.roles import RESOLUTION_S
from redismanifests.prove.rehearse.measure.traffic import Account
from redismanifests.prove.rehearse.measure.votes import allowance_s, failed_elections
from redismanifests.prove.rehearse.scenarios import QUICK, SCENARIOS, scenario_named
from redismanifests.prove.toycluster.objects import Objects

if TYPE_CHECKING:
    from typing import Any

RENDERED = Path(__file__).resolve().parents[2] / "rendered"
NEEDS_MORE = {
    "authority-changed",
    "certificate-expired",
    "certificate-renewed",
    "engine-changed",
    "password-mistaken",
    "passwords-rotated",
}
"""Cannot be played with the committed objects: tests/features has rehearsals of their own for them."""
LONG = sorted({scenario.name for scenario in SCENARIOS} - {"master-killed"} - NEEDS_MORE)


def _objects() -> list[Any]:
    documents: list[Any] = []
    for file in sorted(RENDERED.glob("*.yaml")):
        documents += parse_yaml(file.read_text(encoding="utf-8"), multi=True)
    return documents


def _recovery(**settings: Any) -> Recovery:
    usual = {"down_after_s": 5, "failover_timeout_s": 9, "min_replicas": 1, "max_lag_s": 10, "dns_ttl_s": 30}
    return Recovery(**{**usual, "probing": Probing(10, 7), "names": False, **settings})


def test_a_master_that_hangs_is_held_to_what_check_promises() -> None:
    profile = profile_from(
        source_from_text("profile.yaml", "schemaVersion: 1\nname: redis\nnamespace: shop\n")
    )
    promised = recovery(profile)
    timing = _recovery(
        down_after_s=profile.sentinel.down_after.milliseconds / 1000,
        failover_timeout_s=profile.sentinel.failover_timeout.milliseconds / 1000,
        min_replicas=profile.redis.min_replicas_to_write,
    )
    assert timing.hang() * 1000 == promised.normal_ms
    assert (timing.hang() + timing.failed_election()) * 1000 == promised.after_failed_election_ms
    assert timing.crash() < timing.hang()


def test_deadlines_follow_from_down_after_and_failover_timeout() -> None:
    timing = _recovery()
    assert timing.crash() == pytest.approx(8.9)
    assert _recovery(down_after_s=2.5).crash() == pytest.approx(6.4)
    assert _recovery(min_replicas=0).crash() == pytest.approx(8.4)
    assert timing.failed_election() == 19
    assert (
        timing.steady()
        < timing.handover()
        < timing.drained()
        < timing.crash()
        < timing.forced()
        < timing.power_loss()
    )
    assert timing.whole(60) == timing.whole(50) + 10


def test_only_a_deployment_of_names_waits_for_dns() -> None:
    addresses, names = _recovery(), _recovery(names=True)
    assert addresses.without_dns(20) == addresses.crash()
    assert names.without_dns(20) == names.crash() + 20 + 30
    # Beyond ten times down-after no replica is fresh enough, and the old master is refused before it starts again.
    assert names.without_dns(21) == names.crash() + 21 + 30 + 13
    assert names.whole() == addresses.whole() + 2 * 30 + 15


def test_both_sides_of_a_partition_take_writes_for_less_than_the_lag_that_is_believed() -> None:
    assert _recovery(max_lag_s=10).loss_window() == 12
    assert _recovery(max_lag_s=10).two_masters() == 8
    assert _recovery(max_lag_s=2).two_masters() == 0
    assert _recovery(min_replicas=0).loss_window() == float("inf")


def _account(lost_at: tuple[float, ...]) -> Account:
    return Account(100, tuple(range(len(lost_at))), lost_at, (), 1.0, 1.0, 0, 0.0, 0, True, (), ())


def test_where_nothing_may_be_lost_one_lost_write_does_not_hold() -> None:
    scenario = scenario_named("master-killed")
    assert [m.held for m in scenario._losses(_account(()), 50, _recovery())] == [True]
    assert [m.held for m in scenario._losses(_account((51,)), 50, _recovery())] == [False]


def test_inside_a_partition_it_counts_when_the_last_lost_write_was_acknowledged() -> None:
    scenario = scenario_named("client-inside")

    def window(last: float) -> tuple[float, bool]:
        measure = scenario._losses(_account((52, last)), 50, _recovery())[-1]
        return measure.value, measure.held

    assert window(60.5) == (10.5, True)
    assert window(62.5) == (12.5, False)


def test_without_min_replicas_to_write_two_masters_are_told_and_not_judged() -> None:
    scenario = scenario_named("master-killed")
    assert scenario._two_masters(_recovery()) == RESOLUTION_S
    assert scenario._two_masters(_recovery(min_replicas=0)) is None


def _apply(policy: str, *, own_service: bool) -> float:
    spec = {"replicas": 3, "podManagementPolicy": policy, "template": {"spec": {"containers": []}}}
    selector = {"statefulset.kubernetes.io/pod-name": "redis-0"} if own_service else {"app": "redis"}
    objects = (
        {"kind": "StatefulSet", "metadata": {"name": "redis"}, "spec": spec},
        {"kind": "Service", "metadata": {"name": "redis-0"}, "spec": {"selector": selector}},
    )
    return bootstrap(Objects(objects, "shop"), 30)


def test_the_first_apply_may_take_longer_where_pods_come_one_by_one() -> None:
    assert _apply("OrderedReady", own_service=True) == 3 * _apply("Parallel", own_service=True)


def test_the_first_apply_may_take_longer_where_pods_are_reached_by_names() -> None:
    assert _apply("Parallel", own_service=False) == _apply("Parallel", own_service=True) + 30


ELECTED = """
1:X 29 Nov 2026 17:54:28.202 # +try-failover master mymaster 10.96.1.1 6379
1:X 29 Nov 2026 17:54:28.202 # +vote-for-leader 05fe76 1
1:X 29 Nov 2026 17:54:28.217 # 955e8b voted for 05fe76 1
1:X 29 Nov 2026 17:54:28.304 # +elected-leader master mymaster 10.96.1.1 6379
1:X 29 Nov 2026 17:54:28.375 # -failover-abort-no-good-slave master mymaster 10.96.1.1 6379
"""
RIVAL = """
1:X 29 Nov 2026 17:54:20.000 # +vote-for-leader 955e8b 7
1:X 29 Nov 2026 17:54:28.229 # +try-failover master mymaster 10.96.1.1 6379
1:X 29 Nov 2026 17:54:28.229 # +vote-for-leader 7558ad {epoch}
1:X 29 Nov 2026 17:54:28.270 # 955e8b voted for 05fe76 {epoch}
1:X 29 Nov 2026 17:54:38.229 # -failover-abort-not-elected master mymaster 10.96.1.1 6379
"""


def test_an_election_failed_when_nobody_won_it_however_many_lost() -> None:
    assert failed_elections([ELECTED, RIVAL.format(epoch=1), ""]) == set()
    assert failed_elections([RIVAL.format(epoch=1), RIVAL.format(epoch=1)]) == {1}
    assert failed_elections([ELECTED + RIVAL.format(epoch=2), RIVAL.format(epoch=3)]) == {2, 3}


def test_one_election_that_failed_by_chance_is_allowed_for_and_only_where_a_failover_is() -> None:
    timing = _recovery(failover_timeout_s=30)
    assert [allowance_s(n, timing.crash(), timing) for n in (0, 1, 2)] == [0, 15, 15]
    assert allowance_s(1, timing.handover(), timing) == 0
    assert _recovery(failover_timeout_s=3).voted_again() == 7


def test_names_of_scenarios_are_unique_and_told() -> None:
    assert len({scenario.name for scenario in SCENARIOS}) == len(SCENARIOS)
    assert all(scenario.about for scenario in SCENARIOS)
    assert {scenario_named(name).name for name in QUICK} == set(QUICK)


@pytest.mark.lab
@pytest.mark.usefixtures("machine")
def test_an_unknown_scenario_is_refused_with_the_names_that_exist() -> None:
    with pytest.raises(RedismanifestsError) as refused:
        run(_objects(), "master-kiled")
    assert "master-killed" in refused.value.fix


@pytest.mark.lab
@pytest.mark.usefixtures("machine")
def test_a_missing_engine_is_refused_with_the_way_to_get_one() -> None:
    with pytest.raises(ToolError) as refused:
        run(_objects(), "apply", engine="/nowhere/redis-server")
    assert "/nowhere/redis-server" in refused.value.fact
    assert "apt-get install" in refused.value.fix


@pytest.mark.lab
@pytest.mark.usefixtures("machine")
def test_a_killed_master_is_replaced_in_time_and_no_acknowledged_write_is_lost() -> None:
    result = run(_objects(), "master-killed")
    assert result.held, why(result)
    assert result.measure("lost acknowledged writes").value == 0
    assert result.measure("acknowledged writes").value > 100
    assert result.measure("outage").value > 3, "a kill that no one noticed was no kill"
    assert any("image redis" in line for line in result.not_carried)
    fault_at = next(event.at for event in result.events if event.kind == "Phase" and event.subject == "fault")
    masters = [event.subject for event in result.events if event.kind == "Role" and event.text == "master"]
    assert len(set(masters)) == len(masters) == 2, "each role that a pod takes is told once"
    assert max(ends - begins for begins, ends in result.pauses if ends > fault_at) == pytest.approx(
        result.measure("outage").value
    )
    assert {"WritesStopped", "WritesResumed"} <= {event.kind for event in result.events}
    assert any(line.pod == masters[1] and "MASTER MODE enabled" in line.text for line in result.log)


@pytest.mark.lab
@pytest.mark.slow
@pytest.mark.release
@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize("name", LONG)
def test_every_scenario_holds(name: str) -> None:
    result = run(_objects(), name)
    assert result.held, why(result)
