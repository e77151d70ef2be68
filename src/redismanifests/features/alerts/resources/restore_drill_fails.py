"""Restore drill fails: the newest backup was tried, and would not bring the data back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.features.alerts.alert import alert

if TYPE_CHECKING:
    from redismanifests.features.alerts.facts import Facts


RUNBOOK = """\
A restore drill failed.

Meaning: A Job of the restore drill failed in both of its tries, and no drill has succeeded since it was made.

Impact: The newest backup may not bring the data back. Until you know how many more are damaged, act as if there were
none: delete nothing in the store, and postpone planned changes.

Diagnosis: `kubectl -n NAMESPACE get jobs`, then the logs of the last pod of NAME-backup-drill, of `drill-fetch` and
`drill-load`: the line with `help:` says what is wrong. `redismanifests backup check PROFILE` reads every backup to its
end and names each that is damaged.

Fix: A damaged backup: make a new one at once, `kubectl -n NAMESPACE create job --from=cronjob/NAME-backup backup-now`,
and find out what changed the object. A store that does not answer, or a node without memory: what the log names. Then
try again: `kubectl -n NAMESPACE create job --from=cronjob/NAME-backup-drill drill-now`. Its success ends the alert.
"""


@alert(
    "page",
    RUNBOOK,
    wait=lambda facts: facts.patience(60),
    applies=lambda facts: facts.drill != "",
    fires_in=("drill-fails",),
    silent_in=("restored",),
    shows=lambda facts: facts.interval_s,
)
def restore_drill_fails(facts: Facts) -> str:
    """Expression of the alert."""
    return facts.failed_since_success(facts.drill)
