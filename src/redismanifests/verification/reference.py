"""Reference: what the hand-built deployment was asked for and how it was verified, and what shows the same here.

Why: its 26 checks were all green, and it could not fail over; three more were claimed from its configuration and never
run. They are asked again, one by one, so that a reader of the old report finds each of its lines. What must not come
in: a probe; what we ask beyond these lines needs no line here.
"""

from __future__ import annotations

from redismanifests.facts.drill import Kind
from redismanifests.verification.claim import Claim


def requirements(target_s: float) -> tuple[Claim, ...]:
    """The four of the reference; the third one with the profile's own recovery.target, in seconds."""
    return (
        Claim(
            "23.8",
            "Redis with Sentinel, for automatic master failover",
            probes=("PB010", "PB011", "PB020", "PB022", "PB023", "PB025", "PB026", "PB031", "PB033"),
        ),
        Claim(
            "23.20",
            "automatic leader election with no manual step",
            probes=("PB022", "PB031", "PB033"),
            drills=(Kind.FAILOVER,),
        ),
        Claim(
            "23.30",
            f"automatic recovery from a master failure within {target_s:g} seconds",
            drills=(Kind.FAILOVER,),
            within_s=target_s,
        ),
        Claim(
            "23.31",
            "the service stays available while pods are terminated",
            drills=(Kind.ROLLING_RESTART,),
        ),
    )
