"""Probe rules: settings that do not work together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Fault, rule
from redismanifests.core.findings import Change, Severity
from redismanifests.core.values.duration import Duration
from redismanifests.profile.derived.recovery import recovery
from redismanifests.profile.formulas import startup

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.features.probe.settings import Times
    from redismanifests.profile.model import Profile


@rule("RM024", Severity.WARNING)
def startup_budget_below_waits(profile: Profile) -> Iterator[Fault]:
    """The startup probe kills a container while its start script waits as designed.

    A starting Redis waits up to 66 s for the Sentinels to promote a replica that is alive, and a Sentinel without
    state waits for a running master. A container that is killed while it waits starts again, and never gets further.

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

    The kernel accepts the connection for it. Sentinel still replaces a master that hangs, but no one ever restarts it.

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


MOST_SILENCE = Duration.parse("10m")
"""Longer than any start of ours waits without an answer of a Sentinel (docs/design.md, Starting a Redis)."""


@rule("RM238", Severity.WARNING)
def probe_asks_too_late(profile: Profile) -> Iterator[Fault]:
    """A probe waits too long after a start, or between two runs, to be of use.

    Until the first answer of the readiness probe a pod is not ready: a rollout waits for each pod in turn, and a drain
    for the budget. With a liveness probe once a day, a server can hang for a day.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    probes:
      redis:
        readiness: {initialDelay: 24h}
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    probes:
      redis:
        startup: {failures: 300}
    ```
    Source: https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/.
    """
    for workload, probes in (("redis", profile.probes.redis), ("sentinel", profile.probes.sentinel)):
        for kind, times in (
            ("startup", probes.startup),
            ("readiness", probes.readiness),
            ("liveness", probes.liveness),
        ):
            for setting_name, silence in (("initialDelay", times.initial_delay), ("period", times.period)):
                if silence > MOST_SILENCE:
                    yield Fault(
                        path=("probes", workload, kind, setting_name),
                        fact=f"the {kind} probe does not run for {silence}",
                        fix=f"set {setting_name} to {MOST_SILENCE} or less; a slow start is for startup.failures",
                    )


LEAST_STALL_SECONDS = 10
"""Seconds that a Sentinel must fail before a restart helps: after a stall of 2 s it is in TILT for 30 s anyway."""


@rule("RM239", Severity.WARNING)
def sentinel_killed_for_a_stall(profile: Profile) -> Iterator[Fault]:
    """One short stall of a node, or of its DNS, restarts the Sentinels: all at once, because all see the same stall.

    A Sentinel that restarts has the address of its master, but must find the other Sentinels before it can vote. Its
    liveness probe is for a process that hangs permanently; a stall ends by itself.

    Bad:
    ```yaml
    name: redis
    namespace: shop
    probes:
      sentinel:
        liveness: {timeout: 1s, period: 1s, failures: 1}
    ```
    Good:
    ```yaml
    name: redis
    namespace: shop
    probes:
      sentinel:
        liveness: {timeout: 5s, period: 10s, failures: 6}
    ```
    Source: https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/.
    """
    times = profile.probes.sentinel.liveness
    stall = times.period.whole_seconds * (times.failures - 1) + times.timeout.whole_seconds
    if stall < LEAST_STALL_SECONDS:
        failures = -(-(LEAST_STALL_SECONDS - times.timeout.whole_seconds) // times.period.whole_seconds) + 1
        yield Fault(
            path=("probes", "sentinel", "liveness"),
            fact=f"a Sentinel that does not answer for {stall} s is killed",
            fix=f"set failures to {failures} or more",
        )


def _budget(times: Times) -> int:
    """Seconds until the kubelet kills a container that never answers."""
    return times.initial_delay.whole_seconds + times.period.whole_seconds * times.failures
