"""Probe view: facts for the templates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.feature import Feature
from redismanifests.core.named import NamedTuple

if TYPE_CHECKING:
    from redismanifests.features.probe.settings import RedisProbes, SentinelProbes, Times
    from redismanifests.profile.model import Profile


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


FEATURE = Feature("probes", view=_view)
