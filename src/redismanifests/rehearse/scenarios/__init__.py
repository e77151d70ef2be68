"""Scenarios: one file is one thing that is done to a running deployment. This is their ordered list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.errors import RedismanifestsError
from redismanifests.rehearse.scenarios import (
    all_deleted,
    all_killed,
    apply,
    authority_changed,
    both_rolled,
    certificate_expired,
    certificate_renewed,
    client_inside,
    disk_full,
    dns_dropped,
    dns_dropped_master_killed,
    first_volume_lost,
    last_copy_last,
    last_master_missing,
    master_deleted,
    master_force_deleted,
    master_frozen,
    master_isolated,
    master_killed,
    master_volume_lost,
    new_master_killed,
    node_drained,
    password_mistaken,
    passwords_rotated,
    redis_rolled,
    replica_frozen,
    sentinel_then_master,
    sentinels_killed,
    sentinels_rolled,
    setting_changed,
    slow_load,
)

if TYPE_CHECKING:
    from redismanifests.rehearse.scenario import Scenario

SCENARIOS: tuple[Scenario, ...] = (
    apply.SCENARIO,
    *master_killed.SCENARIOS,
    master_deleted.SCENARIO,
    master_force_deleted.SCENARIO,
    node_drained.SCENARIO,
    redis_rolled.SCENARIO,
    sentinels_rolled.SCENARIO,
    both_rolled.SCENARIO,
    setting_changed.SCENARIO,
    passwords_rotated.SCENARIO,
    password_mistaken.SCENARIO,
    certificate_renewed.SCENARIO,
    authority_changed.SCENARIO,
    certificate_expired.SCENARIO,
    all_deleted.SCENARIO,
    all_killed.SCENARIO,
    last_master_missing.SCENARIO,
    first_volume_lost.SCENARIO,
    last_copy_last.SCENARIO,
    master_volume_lost.SCENARIO,
    sentinels_killed.SCENARIO,
    sentinel_then_master.SCENARIO,
    new_master_killed.SCENARIO,
    slow_load.SCENARIO,
    disk_full.SCENARIO,
    master_frozen.SCENARIO,
    replica_frozen.SCENARIO,
    master_isolated.SCENARIO,
    client_inside.SCENARIO,
    dns_dropped.SCENARIO,
    dns_dropped_master_killed.SCENARIO,
)

QUICK = ("redis-rolled", "all-killed", "first-volume-lost", "master-killed", "master-deleted")
"""The five that matter most, the longest first: a rollout, a power cut, a lost volume, a crash, a hand-over."""


def scenario_named(name: str) -> Scenario:
    """The scenario of that name; an unknown one is refused with the names that exist."""
    for scenario in SCENARIOS:
        if scenario.name == name:
            return scenario
    raise RedismanifestsError(
        f"no scenario is named {name}", f"choose from: {', '.join(scenario.name for scenario in SCENARIOS)}"
    )
