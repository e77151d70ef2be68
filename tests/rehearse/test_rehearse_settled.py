"""Settled: how long a rehearsal waits for probes that fail when all else is over."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import TYPE_CHECKING

from redismanifests.prove.checks.probe import Confidence, Outcome, Status
from redismanifests.prove.checks.redis.sentinel import no_sentinel_is_in_tilt
from redismanifests.prove.rehearse.measure import topology
from redismanifests.prove.rehearse.measure.topology import SETTLED_S, settled

if TYPE_CHECKING:
    import pytest

TILT = no_sentinel_is_in_tilt.code
POLL_S = SETTLED_S * 0.75


def _outcome(code: str, status: Status) -> Outcome:
    return Outcome(code, "name", "about", status, Confidence.OBSERVED, (), ())


def _rounds(monkeypatch: pytest.MonkeyPatch, *failed: tuple[str, ...]) -> tuple[int, bool]:
    """Rounds that were asked, and whether the last one passed; each is one with the codes that fail, then all pass."""
    now, asked = 0.0, 0

    async def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds

    monkeypatch.setattr(topology, "_POLL_S", POLL_S)
    monkeypatch.setattr(topology, "time", SimpleNamespace(monotonic=lambda: now))
    monkeypatch.setattr(topology, "asyncio", SimpleNamespace(sleep=sleep))

    async def ask() -> tuple[Outcome, ...]:
        nonlocal asked
        asked += 1
        codes = failed[asked - 1] if asked <= len(failed) else ()
        return tuple(_outcome(code, Status.FAILED) for code in codes)

    seen = asyncio.run(settled(ask, SETTLED_S))
    return asked, not seen


def test_what_passes_at_once_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _rounds(monkeypatch) == (1, True)


def test_what_passes_before_the_limit_has_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _rounds(monkeypatch, ("PB001",)) == (2, True)


def test_what_fails_at_the_limit_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _rounds(monkeypatch, *[("PB001",)] * 5) == (3, False)


def test_tilt_that_began_while_something_else_was_waited_for_may_end(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _rounds(monkeypatch, ("PB001",), ("PB001", TILT), (TILT,)) == (4, True)


def test_tilt_without_an_end_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _rounds(monkeypatch, *[(TILT,)] * 9) == (4, False)
