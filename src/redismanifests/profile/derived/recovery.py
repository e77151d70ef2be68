"""Recovery: how long a deployment is without a master, computed from its settings.

The bound was measured against some 150 failovers (docs/design.md). Rules judge by it, and rehearsals hold the running
deployment to it: what `check` promises is what is measured. All figures are milliseconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.named import NamedTuple
from redismanifests.core.values.duration import Duration

if TYPE_CHECKING:
    from redismanifests.profile.model import Profile

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
LAG_CHECK_MS = 2000
"""A master counts its good replicas once a second (replicationCron), in integer seconds: one whose lag
has not passed 10 s by less than a second still counts (refreshGoodSlavesCount). With Valkey 11.6 s were measured."""
FENCE_MARGIN_MS, FENCE_MARGIN_PART = 800, 0.4
"""redis-fence-decide.sh: milliseconds before the end of down-after at which a silent master is killed; at most this
part of a short down-after."""
OVERLAP_MS = PROMOTION_MS + ATTACH_MS
"""From a promotion until the other replica has moved to the new master: the old one still has it until then."""
MIN_DOWN_AFTER = Duration.parse("5s")
"""A Sentinel in TILT (30 s, entered when DNS or the CPU stalls for 2 s) marks a dead master late, and then refuses
every replica whose link has been down for longer than that plus ten times down-after (sentinelSelectSlave). Below 5 s a
20 s DNS outage meant: never a failover again (measured with 2500 and 3000; 5000 recovered)."""

MIN_FAILOVER_TIMEOUT_MS = ASK_MS + PROMOTION_MS
"""A failover that is given up before a promotion can be seen fails, and costs twice as much (measured with 300 ms)."""


class Recovery(NamedTuple):
    """Bounds on the time without a master."""

    normal_ms: int
    after_failed_election_ms: int


class Phase(NamedTuple):
    """A part of a failover: what happens meanwhile, and how long at the most."""

    name: str
    milliseconds: int


def failover_phases(down_after_ms: int, *, hangs: bool, waits_for_replica: bool) -> tuple[Phase, ...]:
    """From the master's end to its successor's first write; ``hangs`` is a master that dies with open connections.

    A process that dies closes them, and Sentinel counts from its last answer; one that hangs is noticed a ping later.
    ``waits_for_replica`` is min-replicas-to-write above 0.
    """
    phases = (
        Phase("the next ping goes unanswered", PING_MS if hangs else 0),
        Phase("silent for down-after", down_after_ms),
        Phase("Sentinels ask each other", ASK_MS),
        Phase("one is elected and starts it", TICKS_MS),
        Phase("the new master is seen", PROMOTION_MS),
        Phase("a replica attaches to it", ATTACH_MS if waits_for_replica else 0),
        Phase("clients ask and connect", CLIENT_MS),
    )
    return tuple(phase for phase in phases if phase.milliseconds)


def failover_ms(down_after_ms: int, *, hangs: bool, waits_for_replica: bool) -> int:
    """The sum of the phases."""
    phases = failover_phases(down_after_ms, hangs=hangs, waits_for_replica=waits_for_replica)
    return sum(phase.milliseconds for phase in phases)


def failed_election_ms(failover_timeout_ms: int) -> int:
    """What an election that fails adds before the next one."""
    return 2 * failover_timeout_ms + RETRY_EXTRA_MS


def lease_ms(down_after_ms: int) -> int:
    """For how long a master may be silent before its fence ends it."""
    return down_after_ms - int(min(FENCE_MARGIN_MS, FENCE_MARGIN_PART * down_after_ms))


def phases(profile: Profile) -> tuple[Phase, ...]:
    """Those of a failover that succeeds, however the master ends."""
    return failover_phases(
        profile.sentinel.down_after.milliseconds,
        hangs=True,
        waits_for_replica=profile.redis.min_replicas_to_write > 0,
    )


def recovery(profile: Profile) -> Recovery:
    """The bound of a failover that succeeds, however the master ends, and of one whose first election fails."""
    normal = sum(phase.milliseconds for phase in phases(profile))
    return Recovery(normal, normal + failed_election_ms(profile.sentinel.failover_timeout.milliseconds))
