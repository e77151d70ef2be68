"""Pods: what every pod of a rehearsal is, in the words of a picture.

What must not come in: how events tell it (rehearse/seen.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.rehearse import seen
from redismanifests.report.roles import STATES

if TYPE_CHECKING:
    from redismanifests.rehearse.event import Event
    from redismanifests.report.timeline import State


class Pods:
    """The pods as the events so far tell them, in the order in which they were first told of."""

    def __init__(self) -> None:
        """No pod is known yet."""
        self._seen = seen.Pods()

    def see(self, event: Event) -> None:
        """Take in the next event."""
        self._seen.see(event)

    def now(self) -> dict[str, tuple[State, bool]]:
        """State of each pod, and whether it is ready; the application comes last."""
        return {pod: (STATES[role], ready) for pod, (role, ready) in self._seen.now().items()}
