"""Segments late: what was written lately is in no store, so a mistake of now could not be undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.features.alerts.alert import alert

if TYPE_CHECKING:
    from redismanifests.features.alerts.facts import Facts


RUNBOOK = """\
Segments of the append-only file do not reach the store.

Meaning: The Job that looks at the segments in the store failed, and none has succeeded since: the newest moment that
can be restored is later than ten times `backup.segments.every` and ten minutes, or the store refuses. Or two runs in a
row are missing. It runs on the schedule of the backups, so it is noticed within one period of that.

Impact: What was written since that moment cannot be restored to the second; backups are made all the same. While the
store is away, Redis pods hold what a rewrite deletes until 15 % of their volume are free; then there is a gap.

Diagnosis: `kubectl -n NAMESPACE get jobs`, then the logs of the last pod of NAME-backup-segments: the line with `help:`
says what is wrong. `kubectl -n NAMESPACE logs NAME-0 -c segments --tail=20`, and the same of the other Redis pods.
`redismanifests backup list PROFILE` prints from when to when any second can be restored.

Fix: What the logs name: the keys of `backup.segments.secretName`, the store's space or address, a network policy. Pods
try again every ten seconds by themselves. Then `kubectl -n NAMESPACE create job
--from=cronjob/NAME-backup-segments segments-now`: its success ends the alert.
"""


@alert(
    "page",
    RUNBOOK,
    wait=lambda facts: facts.patience(60),
    applies=lambda facts: facts.segments != "",
    fires_in=("segments-refused",),
    silent_in=("flushed",),
    shows=lambda facts: facts.interval_s,
)
def segments_late(facts: Facts) -> str:
    """Expression of the alert."""
    failed = facts.failed_since_success(facts.segments)
    return f"{failed}\nor\n{facts.not_since(facts.segments, facts.segments_late_s)}"
