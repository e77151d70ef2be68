"""Budget burns slowly: time without writes is used up faster than the objective allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.features.alerts.alert import alert
from redismanifests.features.alerts.facts import allowed_s

if TYPE_CHECKING:
    from redismanifests.features.alerts.facts import Facts


RUNBOOK = """\
The budget of time without writes is used up faster than it comes back.

Meaning: Of the last three days and of the last six hours more was without a master that takes writes than
`monitoring.budget` allows for such a time.

Impact: Users were promised more than this deployment gives.

Diagnosis: The query `deployment:redis_writable:bool` over three days shows when; the events and logs of those times
show why: rollouts, drained nodes, failovers.

Fix: Fewer or gentler rollouts, nodes that stay; or a larger budget, if this is what users need.
"""

_PAIRS = ((1, 259200, 21600),)
"""How many times too fast, and the long and the short window in seconds."""


@alert(
    "ticket",
    RUNBOOK,
    wait=lambda facts: 0,
    fires_in=("outage-lasts",),
    silent_in=("no-master-held",),
    shows=lambda facts: allowed_s(facts, *_PAIRS[0][:2]) + facts.interval_s,
)
def budget_burns_slowly(facts: Facts) -> str:
    """Expression of the alert."""
    burnt = []
    for factor, long_s, short_s in _PAIRS:
        parts = []
        for window_s in (long_s, short_s):
            window, series = facts.window(window_s), facts.writable
            # Seconds, not a share: what was not there yet, or not seen, was not without writes.
            lost = f"(count_over_time({series}{window}) - sum_over_time({series}{window})) * {facts.interval_s:g}"
            parts.append(f"{lost} > {allowed_s(facts, factor, window_s):.1f}")
        burnt.append("\nand ".join(parts))
    return "\nor\n".join(burnt)
