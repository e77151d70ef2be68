"""Probe: when the kubelet regards a container as started, alive and ready.

The commands are ours (ready means: could be promoted now; alive is local), the times are the profile's.
"""

from __future__ import annotations

from typing import Literal

from redismanifests.core.setting import Section, computed, section, setting
from redismanifests.core.values.bounded import PositiveSeconds, Seconds, Whole
from redismanifests.core.values.duration import Duration

MOST_FAILURES = 100_000
"""More than a day, one a second. The API server has 32 bits; a server-side apply stores another number for more."""

R7 = "measured on Kubernetes 1.32 (docs/measurements/kubernetes.md)"


def _seconds(count: int) -> Duration:
    return Duration.parse(f"{count}s")


class Times(Section):
    """Times of one probe, in integer seconds."""

    initial_delay: Seconds = setting(
        _seconds(0), "initialDelaySeconds: quiet time after the start.", why="the startup probe waits already"
    )
    period: PositiveSeconds = setting(
        _seconds(10), "periodSeconds: time from probe to probe.", why="Kubernetes' default"
    )
    timeout: PositiveSeconds = setting(
        _seconds(5), "timeoutSeconds: time for one answer.", why="see above", source=R7
    )
    failures: Whole = setting(
        3, "failureThreshold: failures in a row.", ge=1, le=MOST_FAILURES, why="Kubernetes' default"
    )


class Startup(Times):
    """Until it succeeds, nothing else is probed; when its failures are used up, the container is killed."""

    period: PositiveSeconds = setting(
        _seconds(2), "periodSeconds.", why="a start is noticed within two seconds", source=R7
    )


class RedisStartup(Startup):
    """The budget covers the start script's waits, which end before the server runs."""

    failures: Whole = computed(
        "failureThreshold.",
        why="covers the longest wait of the start script",
        source="docs/design.md",
        ge=1,
        le=MOST_FAILURES,
    )


class SentinelStartup(Startup):
    """The budget covers the wait for a master."""

    failures: Whole = computed(
        "failureThreshold.",
        why="a Sentinel without state waits for a running master",
        source=R7,
        ge=1,
        le=MOST_FAILURES,
    )


class Readiness(Times):
    """Ready means: could be promoted now. It gates rollouts."""

    period: PositiveSeconds = setting(_seconds(5), "periodSeconds.", why="a rollout waits for it", source=R7)
    timeout: PositiveSeconds = setting(
        _seconds(8), "timeoutSeconds.", why="three Sentinels are queried, 2 s each", source=R7
    )
    failures: Whole = setting(
        2, "failureThreshold.", ge=1, le=MOST_FAILURES, why="one slow answer is not news", source=R7
    )


class Liveness(Times):
    """Alive is local: it never queries another pod, so no failover can kill a container."""

    type: Literal["exec", "tcp"] = setting(
        "exec",
        "exec sends PING to the server; tcp only opens the port.",
        why="a hung event loop still accepts connections",
    )
    failures: Whole = setting(
        6, "failureThreshold.", ge=1, le=MOST_FAILURES, why="a minute: Sentinel acts long before", source=R7
    )


class RedisProbes(Section):
    """Probes of the redis container."""

    startup: RedisStartup = section(RedisStartup, "Until it succeeds, nothing else is probed.")
    readiness: Readiness = section(Readiness, "Ready means: could be promoted now.")
    liveness: Liveness = section(Liveness, "Alive is local.")


class SentinelProbes(Section):
    """Probes of the sentinel container."""

    startup: SentinelStartup = section(SentinelStartup, "Until it succeeds, nothing else is probed.")
    readiness: Readiness = section(
        Readiness, "Ready means: has the address of a master, and can connect to it."
    )
    liveness: Liveness = section(Liveness, "Alive is local.")


class Probes(Section):
    """Probes of all containers of ours; the exporters' are fixed."""

    redis: RedisProbes = section(RedisProbes, "The redis container.")
    sentinel: SentinelProbes = section(SentinelProbes, "The sentinel container.")
