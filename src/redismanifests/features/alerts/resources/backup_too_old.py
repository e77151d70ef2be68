"""Backup too old: two runs in a row made no backup."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.features.alerts.alert import alert

if TYPE_CHECKING:
    from redismanifests.features.alerts.facts import Facts


RUNBOOK = """\
Two backups in a row are missing.

Meaning: The last successful run of the backup's CronJob is older than two periods of its schedule and a run's time-out.

Impact: What was written since the last backup is lost if the deployment is destroyed. No backup is removed meanwhile.

Diagnosis: `kubectl -n NAMESPACE get jobs` lists the Jobs NAME-backup-NUMBER; of the last one `kubectl -n NAMESPACE
logs job/JOB -c backup-dump`, and `-c backup-upload`: the last line says what stopped it. `redismanifests backup list
PROFILE` shows what is in the store.

Fix: What the log names: the keys to the store, its space, a replica that is away, the clock of a node. Then
`kubectl -n NAMESPACE create job --from=cronjob/NAME-backup backup-now`. A CronJob that is suspended has no log.
"""


@alert(
    "page",
    RUNBOOK,
    wait=lambda facts: facts.patience(60),
    applies=lambda facts: facts.backup != "",
    fires_in=("backups-missing",),
    silent_in=("drill-fails",),
    shows=lambda facts: facts.backup_late_s,
)
def backup_too_old(facts: Facts) -> str:
    """Expression of the alert."""
    return facts.not_since(facts.backup, facts.backup_late_s)
