"""Probe: when the kubelet holds a container for started, alive, ready.

The commands are ours (ready means: could be promoted now; alive is local), the times are the profile's.
What must not come in: the commands' own code (templates/startup).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from redismanifests.core.bounded import PositiveSeconds, Seconds, Whole
from redismanifests.core.duration import Duration
from redismanifests.core.feature import Fault, Feature, rule
from redismanifests.core.findings import Change, Severity
from redismanifests.core.setting import Section, computed, section, setting
from redismanifests.facts import startup
from redismanifests.facts.recovery import recovery

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.profile import Profile

R7 = "measured on Kubernetes 1.32 (kubernetes-findings R7)"


def _seconds(count: int) -> Duration:
    return Duration.parse(f"{count}s")


class Times(Section):
    """Times of one probe, in whole seconds."""

    initial_delay: Seconds = setting(
        _seconds(0), "initialDelaySeconds: quiet time after the start.", why="the startup probe waits already"
    )
    period: PositiveSeconds = setting(
        _seconds(10), "periodSeconds: time from probe to probe.", why="Kubernetes' default"
    )
    timeout: PositiveSeconds = setting(
        _seconds(5), "timeoutSeconds: time for one answer.", why="see above", source=R7
    )
    failures: Whole = setting(3, "failureThreshold: failures in a row.", ge=1, why="Kubernetes' default")


class Startup(Times):
    """Until it succeeds, nothing else is probed; when its failures are used up, the container is killed."""

    period: PositiveSeconds = setting(
        _seconds(2), "periodSeconds.", why="a start is noticed within two seconds", source=R7
    )


class RedisStartup(Startup):
    """The budget covers the start script's waits, which end before the server runs."""

    failures: Whole = computed(
        lambda profile: _failures(startup.REDIS_BUDGET_SECONDS, profile.probes.redis.startup),
        "failureThreshold.",
        why="covers the longest wait of the start script",
        source="docs/design.md",
        ge=1,
    )


class SentinelStartup(Startup):
    """The budget covers the wait for a master."""

    failures: Whole = computed(
        lambda profile: _failures(startup.SENTINEL_BUDGET_SECONDS, profile.probes.sentinel.startup),
        "failureThreshold.",
        why="a Sentinel without state waits for a running master",
        source=R7,
        ge=1,
    )


class Readiness(Times):
    """Ready means: could be promoted now. It gates rollouts."""

    period: PositiveSeconds = setting(_seconds(5), "periodSeconds.", why="a rollout waits for it", source=R7)
    timeout: PositiveSeconds = setting(
        _seconds(8), "timeoutSeconds.", why="three Sentinels are asked, 2 s each", source=R7
    )
    failures: Whole = setting(2, "failureThreshold.", ge=1, why="one slow answer is not news", source=R7)


class Liveness(Times):
    """Alive is local: it never asks another pod, so no failover can kill a container."""

    type: Literal["exec", "tcp"] = setting(
        "exec",
        "exec asks the server; tcp only opens the port.",
        why="a hung event loop still accepts connections",
    )
    failures: Whole = setting(
        6, "failureThreshold.", ge=1, why="a minute: Sentinel acts long before", source=R7
    )


class RedisProbes(Section):
    """Probes of the redis container."""

    startup: RedisStartup = section(RedisStartup, "Until it succeeds, nothing else is probed.")
    readiness: Readiness = section(Readiness, "Ready means: could be promoted now.")
    liveness: Liveness = section(Liveness, "Alive is local.")


class SentinelProbes(Section):
    """Probes of the sentinel container."""

    startup: SentinelStartup = section(SentinelStartup, "Until it succeeds, nothing else is probed.")
    readiness: Readiness = section(Readiness, "Ready means: knows a master it can reach.")
    liveness: Liveness = section(Liveness, "Alive is local.")


class Probes(Section):
    """Probes of all containers of ours; the exporters' are fixed."""

    redis: RedisProbes = section(RedisProbes, "The redis container.")
    sentinel: SentinelProbes = section(SentinelProbes, "The sentinel container.")


def _failures(budget_seconds: int, times: Startup) -> int:
    return -(-budget_seconds // times.period.whole_seconds)


class ProbeView(NamedTuple):
    """One probe's handler and times."""

    tcp: bool
    exec: bool
    initial_delay: int
    period: int
    timeout: int
    failures: int


class WorkloadProbesView(NamedTuple):
    """The probes of one container."""

    startup: ProbeView
    readiness: ProbeView
    liveness: ProbeView


class ProbesView(NamedTuple):
    """Facts for the templates."""

    redis: WorkloadProbesView
    sentinel: WorkloadProbesView


def _view(profile: Profile) -> ProbesView:
    return ProbesView(_workload(profile.probes.redis), _workload(profile.probes.sentinel))


def _workload(probes: RedisProbes | SentinelProbes) -> WorkloadProbesView:
    return WorkloadProbesView(
        _probe(probes.startup, "exec"),
        _probe(probes.readiness, "exec"),
        _probe(probes.liveness, probes.liveness.type),
    )


def _probe(times: Times, handler: str) -> ProbeView:
    return ProbeView(
        tcp=handler == "tcp",
        exec=handler == "exec",
        initial_delay=times.initial_delay.whole_seconds,
        period=times.period.whole_seconds,
        timeout=times.timeout.whole_seconds,
        failures=times.failures,
    )


@rule("RM024", Severity.WARNING)
def startup_budget_below_waits(profile: Profile) -> Iterator[Fault]:
    """The startup probe kills a container that waits, rightly, before its server runs.

    A starting Redis waits up to 66 s for the Sentinels to promote a replica that is alive, and a Sentinel without
    state waits for a running master. A container that is killed while it waits begins again, and never gets through.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    probes:
      redis:
        startup: {period: 5s, failures: 6}
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    probes:
      redis:
        startup: {period: 5s, failures: 24}
    ```
    Source: docs/design.md, Starting a Redis; https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/.
    """
    for name, times, needed in (
        ("redis", profile.probes.redis.startup, startup.REDIS_WAIT_SECONDS),
        ("sentinel", profile.probes.sentinel.startup, startup.SENTINEL_BUDGET_SECONDS),
    ):
        budget = _budget(times)
        if budget < needed:
            failures = -(-(needed - times.initial_delay.whole_seconds) // times.period.whole_seconds)
            yield Fault(
                path=("probes", name, "startup"),
                fact=f"the start script may wait {needed} s, and the container is killed after {budget} s",
                fix=f"leave failures out, or set it to {failures} or more",
            )


@rule("RM026", Severity.WARNING)
def liveness_before_failover(profile: Profile) -> Iterator[Fault]:
    """A master that hangs is killed by its liveness probe before its successor is elected.

    A stall ends by itself, a restart means loading all data: the probe should fire when Sentinel has acted and only a
    replica is left to be restarted. The same probe kills a Redis whose disk stalls for a moment, on every pod at once.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    probes:
      redis:
        liveness: {period: 2s, failures: 2, timeout: 2s}
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    probes:
      redis:
        liveness: {period: 10s, failures: 6}
    ```
    Source: https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/.
    """
    times, bound = profile.probes.redis.liveness, recovery(profile).normal_ms
    if times.period.milliseconds * times.failures < bound:
        yield Fault(
            path=("probes", "redis", "liveness"),
            fact=f"{times.failures} failures {times.period} apart kill a master that hangs, and a failover may take "
            f"{bound / 1000:g}s",
            fix=f"set failures to {bound // times.period.milliseconds + 1} or more",
        )


@rule("RM027", Severity.NOTE)
def liveness_by_tcp(profile: Profile) -> Iterator[Fault]:
    """A liveness probe that only opens the port finds a server alive whose event loop hangs.

    The kernel accepts the connection for it. Sentinel still replaces a master that hangs, but nobody ever restarts it.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    probes:
      redis:
        liveness: {type: tcp}
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    probes:
      redis:
        liveness: {type: exec}
    ```
    Source: https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/.
    """
    for name, probes in (("redis", profile.probes.redis), ("sentinel", profile.probes.sentinel)):
        if probes.liveness.type == "tcp":
            yield Fault(
                path=("probes", name, "liveness", "type"),
                fact="the kernel accepts connections for a server that hangs, so it is never restarted",
                fix="set type to exec",
                change=Change(("probes", name, "liveness", "type"), "exec"),
            )


def _budget(times: Times) -> int:
    """Seconds until the kubelet kills a container that never answers."""
    return times.initial_delay.whole_seconds + times.period.whole_seconds * times.failures


FEATURE = Feature(
    "probes", view=_view, rules=(startup_budget_below_waits, liveness_before_failover, liveness_by_tcp)
)
