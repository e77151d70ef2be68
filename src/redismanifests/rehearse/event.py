"""Event: one thing that happened during a rehearsal, with its moment.

Why: the engine prints nothing; whoever watches (a terminal, a report, a test) gets these values. What must not come
in: formatting for people.
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
"""``emit(kind, subject, text)``: the moment is taken where the event is made."""
