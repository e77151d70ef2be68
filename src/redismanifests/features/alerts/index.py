"""Index: every alert, in the order in which they are rendered and documented."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.features.alerts.copies.full_resyncs import full_resyncs
from redismanifests.features.alerts.copies.loading import loading
from redismanifests.features.alerts.copies.pod_missing import pod_missing
from redismanifests.features.alerts.copies.replica_link_down import replica_link_down
from redismanifests.features.alerts.copies.replica_missing import replica_missing
from redismanifests.features.alerts.copies.server_down import server_down
from redismanifests.features.alerts.resources.backup_too_old import backup_too_old
from redismanifests.features.alerts.resources.certificate_expires import certificate_expires
from redismanifests.features.alerts.resources.connections_near_max import connections_near_max
from redismanifests.features.alerts.resources.memory_near_max import memory_near_max
from redismanifests.features.alerts.resources.restore_drill_fails import restore_drill_fails
from redismanifests.features.alerts.resources.restore_drill_too_old import restore_drill_too_old
from redismanifests.features.alerts.resources.segments_late import segments_late
from redismanifests.features.alerts.resources.volume_filling import volume_filling
from redismanifests.features.alerts.sentinels.failed_over import failed_over
from redismanifests.features.alerts.sentinels.flapping import flapping
from redismanifests.features.alerts.sentinels.no_failover_possible import no_failover_possible
from redismanifests.features.alerts.sentinels.sentinel_knows_too_few_replicas import (
    sentinel_knows_too_few_replicas,
)
from redismanifests.features.alerts.sentinels.sentinel_no_quorum import sentinel_no_quorum
from redismanifests.features.alerts.sentinels.sentinel_phantom import sentinel_phantom
from redismanifests.features.alerts.sentinels.sentinel_tilt import sentinel_tilt
from redismanifests.features.alerts.sentinels.sentinels_disagree import sentinels_disagree
from redismanifests.features.alerts.sight.exporter_login_fails import exporter_login_fails
from redismanifests.features.alerts.sight.metrics_missing import metrics_missing
from redismanifests.features.alerts.writes.append_file_fails import append_file_fails
from redismanifests.features.alerts.writes.budget_burns_fast import budget_burns_fast
from redismanifests.features.alerts.writes.budget_burns_slowly import budget_burns_slowly
from redismanifests.features.alerts.writes.no_master import no_master
from redismanifests.features.alerts.writes.snapshot_fails import snapshot_fails
from redismanifests.features.alerts.writes.too_few_good_replicas import too_few_good_replicas
from redismanifests.features.alerts.writes.two_masters import two_masters
from redismanifests.features.alerts.writes.writes_refused import writes_refused

if TYPE_CHECKING:
    from redismanifests.features.alerts.alert import Alert

ALERTS: tuple[Alert, ...] = (
    no_master,
    two_masters,
    writes_refused,
    too_few_good_replicas,
    append_file_fails,
    snapshot_fails,
    budget_burns_fast,
    budget_burns_slowly,
    no_failover_possible,
    sentinel_no_quorum,
    sentinel_knows_too_few_replicas,
    sentinel_phantom,
    sentinels_disagree,
    sentinel_tilt,
    failed_over,
    flapping,
    replica_missing,
    replica_link_down,
    full_resyncs,
    loading,
    server_down,
    pod_missing,
    memory_near_max,
    connections_near_max,
    volume_filling,
    certificate_expires,
    backup_too_old,
    restore_drill_fails,
    restore_drill_too_old,
    segments_late,
    exporter_login_fails,
    metrics_missing,
)


def alert_named(name: str) -> Alert | None:
    """The alert of that name, whatever its case; None where there is none."""
    return next((each for each in ALERTS if each.name.lower() == name.lower()), None)
