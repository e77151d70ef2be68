"""Restore drill too old: two restore drills in a row did not succeed, or did not run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.features.alerts.alert import alert

if TYPE_CHECKING:
    from redismanifests.features.alerts.facts import Facts


RUNBOOK = """\
Two restore drills in a row are missing.

Meaning: The last successful restore drill is older than two periods of its schedule and a run's time-out.

Impact: None now. It is unknown whether the newest backup would bring the data back.

Diagnosis: `kubectl -n NAMESPACE get cronjob NAME-backup-drill`: is it suspended? `kubectl -n NAMESPACE get jobs`, then
`kubectl -n NAMESPACE describe job` of the last one. A pod that is Pending needs as much memory as a Redis pod; a quota
or a node that has no more is the usual reason. RedisRestoreDrillFails fires as well where a drill ran and failed.

Fix: Free memory for the drill, or take it off suspend. Then
`kubectl -n NAMESPACE create job --from=cronjob/NAME-backup-drill drill-now`.
"""


@alert(
    "ticket",
    RUNBOOK,
    wait=lambda facts: facts.patience(60),
    applies=lambda facts: facts.drill != "",
    fires_in=("backups-missing",),
    silent_in=("drill-fails",),
    shows=lambda facts: facts.drill_late_s,
)
def restore_drill_too_old(facts: Facts) -> str:
    """Expression of the alert."""
    return facts.not_since(facts.drill, facts.drill_late_s)
