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


def _check(number: int, text: str, *probes: str, drills: tuple[Kind, ...] = ()) -> Claim:
    return Claim(str(number), text, probes, drills)


CHECKS: tuple[Claim, ...] = (
    _check(1, "StatefulSet redis: all pods ready", "PB110"),
    _check(2, "StatefulSet redis-sentinel: all pods ready", "PB110"),
    _check(3, "all pods Running, all containers ready, no restarts", "PB001", "PB112", "PB113"),
    _check(4, "pods of a set on different nodes", "PB120"),
    _check(5, "exactly one master, with every replica connected", "PB010", "PB011"),
    _check(6, "each replica online, without lag", "PB011", "PB014"),
    _check(7, "each replica names the master by its stable address", "PB013", "PB015"),
    _check(8, "Sentinel knows the master by name and address, and trusts it", "PB003", "PB020", "PB021"),
    _check(9, "Sentinel knows every replica", "PB022"),
    _check(10, "Sentinel knows every other Sentinel", "PB023"),
    _check(11, "quorum as configured", "PB030"),
    _check(12, "down-after-milliseconds as configured", "PB032"),
    _check(13, "failover-timeout as configured", "PB032"),
    _check(14, "all Sentinels name the same master", "PB024"),
    _check(15, "a key set on the master is read back from every pod within a second", "PB061"),
    _check(16, "RDB save points as configured", "PB040"),
    _check(17, "AOF as configured", "PB041"),
    _check(18, "the files of both kinds are on the volume", "PB042", "PB044"),
    _check(19, "every claim Bound, with its size and storage class", "PB140"),
    _check(20, "the Services with their types and ports", "PB150"),
    _check(21, "liveness probes as configured", "PB160"),
    _check(22, "readiness probes as configured", "PB161"),
    _check(23, "an exporter beside each server, image and port as configured", "PB170"),
    _check(24, "Prometheus annotations", "PB172"),
    _check(25, "resources of each container as configured", "PB130"),
    _check(26, "every container satisfies the LimitRange", "PB131"),
)
"""The 26 checks of the reference, by their numbers."""
CLAIMED: tuple[Claim, ...] = (
    _check(27, "the master is killed and a new one is promoted in time", drills=(Kind.FAILOVER,)),
    _check(28, "the application reconnects", drills=(Kind.FAILOVER,)),
    _check(29, "data survives a pod restart", drills=(Kind.ROLLING_RESTART,)),
)
"""Three that were only claimed from the configuration, and never run."""
