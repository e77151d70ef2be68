"""Pods: what every pod of a rehearsal is, in the words of a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.present.roles import STATES
from redismanifests.prove.rehearse.measure import seen

if TYPE_CHECKING:
    from redismanifests.present.timeline import State
    from redismanifests.prove.toycluster.event import Event


class Pods:
    """The pods of the events so far, in the order of their first event."""

    def __init__(self) -> None:
        """No pod is known yet."""
        self._seen = seen.Pods()

    def see(self, event: Event) -> None:
        """Take in the next event."""
        self._seen.see(event)

    def now(self) -> dict[str, tuple[State, bool]]:
        """State of each pod, and whether it is ready; the application comes last."""
        return {pod: (STATES[role], ready) for pod, (role, ready) in self._seen.now().items()}
