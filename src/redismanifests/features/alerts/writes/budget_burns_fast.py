"""Budget burns fast: time without writes is used up faster than the objective allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.features.alerts.alert import alert
from redismanifests.features.alerts.facts import allowed_s, burnt

if TYPE_CHECKING:
    from redismanifests.features.alerts.facts import Facts


RUNBOOK = """\
The budget of time without writes is used up within days.

Meaning: Of the last hour and of the last five minutes (or of six hours and thirty minutes) so much was without a
master that takes writes, that the budget of 30 days (`monitoring.budget`) would be gone in two days (in five).

Impact: Applications cannot write, or often cannot. Single failovers do not use it up so fast.

Diagnosis: The query `deployment:redis_writable:bool` is 0 where it was not writable. Which other alert fires? That
one says what is broken. None: look for failovers that follow each other (RedisFailedOver, logs of the Sentinels).

Fix: That of the alert which names the cause. If none does: end the cause of the failovers, most often a node or a
volume that stalls (docs/symptoms.md).
"""

_PAIRS = ((14.4, 3600, 300), (6, 21600, 1800))
"""How many times too fast, and the long and the short window in seconds."""


@alert(
    "page",
    RUNBOOK,
    wait=lambda facts: 0,
    fires_in=("no-master-held",),
    silent_in=("master-killed", "replica-held"),
    shows=lambda facts: allowed_s(facts, *_PAIRS[0][:2]) + facts.interval_s,
)
def budget_burns_fast(facts: Facts) -> str:
    """Expression of the alert."""
    return burnt(facts, *_PAIRS)
