"""Timing: time-outs and retries of a client that fit how long a failover takes.

All of it follows from facts/recovery: what `check` promises is what an application has to wait for. All figures are
milliseconds unless their name says otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.named import NamedTuple
from redismanifests.profile.derived.recovery import CLIENT_MS, recovery

if TYPE_CHECKING:
    from redismanifests.profile.model import Profile

FIRST_PAUSE_MS = 50
LONGEST_PAUSE_MS = 250
"""Pauses between two tries: the first soon, because most errors are a connection that was closed; then short beside the
second in which the bound expects a client to find its new master."""
STEADY_PAUSE_MS = 250
"""For libraries whose pauses are random unless the shortest is also the longest (go-redis)."""
BLOCKING_MS = 1000
"""Wait of a Celery worker in one BRPOP (kombu, polling_interval): an answer may take that and a time-out "
"more."""


class Timing(NamedTuple):
    """Of one deployment."""

    connect_ms: int
    """Until a connection that is not answered is given up."""
    command_ms: int
    """Until a command that is not answered is given up."""
    blocking_ms: int
    """The same for a command that may wait at the server."""
    idle_ms: int
    """A connection that was idle for longer is asked before it is used: since then, there can have been a "
    "failover."""
    first_pause_ms: int
    longest_pause_ms: int
    steady_pause_ms: int
    retry_ms: int
    """For how long to try again: the bound of a failover that goes well, and one more try that runs into its "
    "time-outs."""
    retries: int
    """So many tries, with pauses that double from the first to the longest, take at least ``retry_ms``."""
    steady_retries: int
    """The same with steady pauses."""
    bound_ms: int
    failed_election_ms: int
    """The bound when the first election fails."""


def timing(profile: Profile) -> Timing:
    """The figures that fit ``profile``."""
    bounds = recovery(profile)
    retry_ms = bounds.normal_ms + 2 * CLIENT_MS
    return Timing(
        connect_ms=CLIENT_MS,
        command_ms=CLIENT_MS,
        blocking_ms=BLOCKING_MS + 2 * CLIENT_MS,
        idle_ms=profile.sentinel.down_after.milliseconds,
        first_pause_ms=FIRST_PAUSE_MS,
        longest_pause_ms=LONGEST_PAUSE_MS,
        steady_pause_ms=STEADY_PAUSE_MS,
        retry_ms=retry_ms,
        retries=retries(retry_ms),
        steady_retries=-(-retry_ms // STEADY_PAUSE_MS),
        bound_ms=bounds.normal_ms,
        failed_election_ms=bounds.after_failed_election_ms,
    )


def retries(span_ms: int) -> int:
    """How many pauses, doubling from the first to the longest, fill ``span_ms``."""
    count, pause, waited = 0, FIRST_PAUSE_MS, 0
    while waited < span_ms:
        waited += pause
        pause = min(2 * pause, LONGEST_PAUSE_MS)
        count += 1
    return count
