"""Budget burns slowly: time without writes is used up faster than the objective allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.features.alerts.alert import alert
from redismanifests.features.alerts.facts import allowed_s, burnt

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
    return burnt(facts, *_PAIRS)
