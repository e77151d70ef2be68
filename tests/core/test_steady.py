"""No duration is a difference of two readings of a clock that can be set."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING

import redismanifests
from redismanifests.core.steady import steady_now

if TYPE_CHECKING:
    import pytest

SOURCES = Path(redismanifests.__file__).parent
WALL = re.compile(r"\btime\.time(?:_ns)?\(\)|datetime\.(?:now|utcnow)\([^)]*\) *-")
EXPIRES_BY_THE_WALL = {
    "core/steady.py": "the one place that turns it into moments",
    "prove/rehearse/measure/dataset.py": "when a key expires is a moment of the server's clock",
    "prove/rehearse/scenarios/credentials/certificate_expired.py": "a certificate ends at a moment of the clock",
    "prove/rehearse/scenarios/volumes/flushed.py": "the moment to restore is one of the clock",
    "prove/rehearse/scenarios/hangs/script_hangs.py": "a number that no run before had",
}


def test_only_what_expires_by_the_clock_of_the_wall_reads_it() -> None:
    reading = {
        str(p.relative_to(SOURCES)) for p in SOURCES.rglob("*.py") if WALL.search(p.read_text("utf-8"))
    }
    assert reading == set(EXPIRES_BY_THE_WALL)


def test_a_step_of_the_clock_moves_no_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    before, real = steady_now(), time.time
    monkeypatch.setattr(time, "time", lambda: real() + 3600)
    assert 0 <= steady_now() - before < 60
