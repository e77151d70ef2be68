"""Patience: waiting for what another process does in its own time."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def sooner(seconds: float, true: Callable[[], object]) -> bool:
    """Whether it becomes so within the time."""
    until = time.monotonic() + seconds
    while not true():
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True
