"""Scenarios: the committed objects, broken on purpose. Nothing that was acknowledged is ever lost."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from yaml12 import parse_yaml

from redismanifests.core.source import source_from_text
from redismanifests.errors import RedismanifestsError, ToolError
from redismanifests.facts.recovery import recovery
from redismanifests.form import profile_from
from redismanifests.rehearse import run
from redismanifests.rehearse.objects import Objects
from redismanifests.rehearse.recovery import Probing, Recovery, bootstrap
from redismanifests.rehearse.roles import RESOLUTION_S
from redismanifests.rehearse.scenarios import QUICK, SCENARIOS, scenario_named
from redismanifests.rehearse.traffic import Account

if TYPE_CHECKING:
    from typing import Any

    from redismanifests.rehearse.result import Result

RENDERED = Path(__file__).resolve().parents[2] / "rendered"
NEEDS_MORE = {
    "authority-changed",
    "certificate-expired",
    "certificate-renewed",
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


def _told(result: Result) -> str:
    return "\n".join(
        [
            *result.problems,
            *(f"{measure.name}: {measure.value} (limit {measure.limit})" for measure in result.measures),
            *(f"{event.at:.2f} {event.kind} {event.subject} {event.text}" for event in result.events),
        ]
    )


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
    return Account(100, tuple(range(len(lost_at))), lost_at, 1.0, 1.0, 0, 0.0, 0, True, (), ())


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
    assert result.held, _told(result)
    assert result.measure("lost acknowledged writes").value == 0
    assert result.measure("acknowledged writes").value > 100
    assert result.measure("outage").value > 3, "a kill that nobody noticed was no kill"
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
@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize("name", LONG)
def test_every_scenario_holds(name: str) -> None:
    result = run(_objects(), name)
    assert result.held, _told(result)
