"""Event: one event of a rehearsal, with its time.

The cluster prints nothing; a terminal, a report or a test receives these values.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Event:
    """``kind`` is a Kubernetes-like reason (``Started``, ``Unhealthy``, ``Fault`` ...), ``at`` seconds since 1970."""

    at: float
    kind: str
    subject: str
    text: str = ""


Emit = Callable[[str, str, str], None]
"""``emit(kind, subject, text)``: the callee adds the current time."""
