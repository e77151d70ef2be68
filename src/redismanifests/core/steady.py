"""Moments that a step of the clock does not move: differences of two are durations."""

from __future__ import annotations

import time

_BEGAN = time.time() - time.monotonic()


def steady_now() -> float:
    """Seconds since 1970 by the clock as it was when this process started, and as long since then as it took."""
    return _BEGAN + time.monotonic()
