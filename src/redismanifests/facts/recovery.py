"""Recovery: how long a deployment is without a master, computed from its settings.

The bound was measured against some 150 failovers (docs/design.md). Rules judge by it; rehearsals build their deadlines
from the same periods of Sentinel, with an application and machine of their own. All figures are milliseconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from redismanifests.core.duration import Duration

if TYPE_CHECKING:
    from redismanifests.profile import Profile

PING_MS = 1000
"""A Sentinel pings once a second: a master that hangs is noticed up to a second later (SENTINEL_PING_PERIOD)."""
ASK_MS = 1000
"""Sentinels ask each other once a second (SENTINEL_ASK_PERIOD)."""
TICKS_MS = 400
"""Four turns of the timer: down, vote, selection, order to the replica (sentinelTimer)."""
PROMOTION_MS = 1000
"""Until the promoted replica's next INFO says so."""
CLIENT_MS = 1000
"""A client's time-out and its question to the Sentinels."""
ATTACH_MS = 500
"""With min-replicas-to-write: until one replica is attached to the new master."""
RETRY_EXTRA_MS = 1000
"""Random part of the delay before the next election (SENTINEL_MAX_DESYNC)."""
MIN_DOWN_AFTER = Duration.parse("5s")
"""A Sentinel in TILT (30 s, entered when DNS or the CPU stalls for 2 s) marks a dead master late, and then refuses
every replica whose link has been down for longer than that plus ten times down-after (sentinelSelectSlave). Below 5 s a
20 s DNS outage meant: never a failover again (measured with 2500 and 3000; 5000 recovered)."""


class Recovery(NamedTuple):
    """Bounds on the time without a master."""

    normal_ms: int
    after_failed_election_ms: int


def recovery(profile: Profile) -> Recovery:
    """The bound of a failover that succeeds, and of one whose first election fails."""
    normal = profile.sentinel.down_after.milliseconds + PING_MS + ASK_MS + TICKS_MS + PROMOTION_MS + CLIENT_MS
    if profile.redis.min_replicas_to_write:
        normal += ATTACH_MS
    return Recovery(normal, normal + 2 * profile.sentinel.failover_timeout.milliseconds + RETRY_EXTRA_MS)
