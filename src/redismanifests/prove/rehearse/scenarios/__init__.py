"""Scenarios: one file is one thing that is done to a running deployment. This is their ordered list."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from redismanifests.errors import RedismanifestsError
from redismanifests.prove.rehearse.scenarios.hangs import master_hangs
from redismanifests.prove.rehearse.scenarios.rollouts import scaled
from redismanifests.prove.rehearse.scenarios.volumes import restored

if TYPE_CHECKING:
    from redismanifests.prove.rehearse.scenario import Scenario

_MODULES = (
    "deaths.apply",
    "deaths.master_killed",
    "deaths.master_deleted",
    "deaths.master_force_deleted",
    "rollouts.node_drained",
    "rollouts.redis_rolled",
    "rollouts.sentinels_rolled",
    "rollouts.both_rolled",
    "rollouts.engine_changed",
    "rollouts.scaled",
    "rollouts.setting_changed",
    "credentials.passwords_rotated",
    "credentials.password_mistaken",
    "credentials.certificate_renewed",
    "credentials.authority_changed",
    "credentials.certificate_expired",
    "deaths.all_deleted",
    "deaths.all_killed",
    "volumes.last_master_missing",
    "volumes.first_volume_lost",
    "volumes.last_copy_last",
    "volumes.master_volume_lost",
    "volumes.persistence_switched",
    "volumes.dump_restored",
    "volumes.restored",
    "backups.backup_under_fire",
    "backups.store_under_fire",
    "backups.restored_in_place",
    "volumes.flushed",
    "volumes.file_damaged",
    "deaths.sentinels_killed",
    "deaths.sentinel_then_master",
    "deaths.new_master_killed",
    "hangs.slow_load",
    "volumes.disk_full",
    "volumes.all_disks_full",
    "volumes.sentinel_disks_full",
    "links.connections_exhausted",
    "hangs.master_frozen",
    "hangs.master_hangs",
    "hangs.script_hangs",
    "hangs.replica_frozen",
    "links.master_isolated",
    "links.client_inside",
    "hangs.clock_stepped",
    "links.links_cut",
    "links.dns_dropped",
    "links.dns_dropped_master_killed",
)


_WATCHED = (
    "alerts.quiet",
    "alerts.held",
    "alerts.cut_off",
    "alerts.sentinel_frozen",
    "alerts.copies_taken",
    "alerts.replica_loads",
    "alerts.masters_killed",
    "alerts.snapshot_fails",
    "alerts.near_max",
    "alerts.exporter_locked_out",
    "alerts.drill_fails",
    "alerts.backups_missing",
    "backups.segments_refused",
    "credentials.certificate_late",
)
"""Faults that last until their alerts have fired: with --alerts only."""


def _of(module: str) -> tuple[Scenario, ...]:
    """The scenarios of a module: its `SCENARIOS`, or its one `SCENARIO`."""
    found = vars(import_module(f"{__name__}.{module}"))
    return tuple(found.get("SCENARIOS") or (found["SCENARIO"],))


SCENARIOS: tuple[Scenario, ...] = tuple(scenario for module in _MODULES for scenario in _of(module))


@cache
def watched() -> tuple[Scenario, ...]:
    """The scenarios that need a Prometheus: only who rehearses alerts pays for reading them."""
    return tuple(scenario for module in _WATCHED for scenario in _of(module))


QUICK = ("redis-rolled", "all-killed", "first-volume-lost", "master-killed", "master-deleted")
"""The five that matter most, the longest first: a rollout, a power cut, a lost volume, a crash, a hand-over."""


def scenario_named(name: str) -> Scenario:
    """The scenario of that name; an unknown one is refused with the names that exist."""
    for scenario in (*SCENARIOS, *scaled.EVERY_ORDINAL):
        if scenario.name == name:
            return scenario
    if sized := master_hangs.named(name) or restored.named(name):
        return sized
    for scenario in watched():
        if scenario.name == name:
            return scenario
    raise RedismanifestsError(
        f"no scenario is named {name}", f"choose from: {', '.join(scenario.name for scenario in SCENARIOS)}"
    )
