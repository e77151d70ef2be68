"""Probe: results count when they cross their threshold, and not before."""

from __future__ import annotations

import asyncio
from itertools import chain, repeat

import pytest

from redismanifests.prove.toycluster.pods.probe import Probe, port_number, watch


def _reports(results: str, **thresholds: int) -> list[tuple[int, bool]]:
    """Which result (counted from 1) crossed a threshold, for a row of results (``+`` good, ``-`` bad)."""
    reported: list[tuple[int, bool]] = []
    tries = 0
    over = asyncio.Event()
    coming = chain(results, repeat("end"))

    async def once() -> str:
        nonlocal tries
        tries += 1
        result = next(coming)
        if result == "end":
            over.set()
            await asyncio.Event().wait()
        return "" if result == "+" else "bad"

    async def play() -> None:
        spec = {"exec": {"command": ["true"]}, "periodSeconds": 0.001, **thresholds}
        probe = Probe.of({"readinessProbe": spec}, "readiness")
        assert probe is not None
        watching = asyncio.create_task(watch(probe, once, lambda good, _: reported.append((tries, good))))
        await over.wait()
        watching.cancel()

    asyncio.run(play())
    return reported


def test_one_failure_is_not_enough_for_a_threshold_of_two() -> None:
    assert _reports("+-+--", failureThreshold=2) == [(1, True), (3, True), (5, False)]


def test_success_counts_at_its_own_threshold() -> None:
    assert _reports("++-+++", failureThreshold=1, successThreshold=3) == [(3, False), (6, True)]


def test_a_startup_probe_ends_with_its_first_success() -> None:
    results = iter(["bad", "bad", ""])

    async def once() -> str:
        return next(results)

    reported: list[bool] = []

    async def play() -> None:
        probe = Probe.of(
            {"startupProbe": {"exec": {}, "periodSeconds": 0.001, "failureThreshold": 5}}, "startup"
        )
        assert probe is not None
        await watch(probe, once, lambda good, _: reported.append(good), until_success=True)

    asyncio.run(play())
    assert reported == [True]


def test_defaults_are_those_of_the_api() -> None:
    probe = Probe.of({"livenessProbe": {"tcpSocket": {"port": "redis"}}}, "liveness")
    assert probe is not None
    assert (probe.period_s, probe.timeout_s, probe.success_threshold, probe.failure_threshold) == (
        10,
        1,
        1,
        3,
    )


@pytest.mark.parametrize("port", ["redis", 6379])
def test_a_port_is_found_by_name_or_number(port: str | int) -> None:
    assert port_number(port, {"ports": [{"name": "redis", "containerPort": 6379}]}) == 6379
