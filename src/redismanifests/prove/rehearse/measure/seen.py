"""Seen: what every pod of a rehearsal is, kept up with its events.

Why: the live view, the picture and a drill's result show the same thing: now, over time, turn by turn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.measure.traffic import CLIENT
from redismanifests.prove.result.drill import Role

if TYPE_CHECKING:
    from redismanifests.prove.toycluster.event import Event

_ROLES = {role.value: role for role in Role}


class Pods:
    """The pods of the events so far, in the order of their first event."""

    def __init__(self) -> None:
        """No pod is known yet."""
        self._exist: dict[str, bool] = {}
        self._serve: dict[str, Role | None] = {}
        self._ready: set[str] = set()

    def see(self, event: Event) -> None:
        """Take in the next event."""
        pod = event.subject.partition("/")[0]
        match event.kind:
            case "Scheduled":
                self._exist[pod] = True
            case "Deleted":
                self._exist[pod] = False
                self._serve[pod] = None
                self._ready.discard(pod)
            case "Role":
                self._exist.setdefault(pod, False)
                self._serve[pod] = _ROLES.get(event.text)
            case "Started" | "Exited" if pod == CLIENT:
                self._serve[pod] = Role.CLIENT if event.kind == "Started" else None
            case "PodReady":
                self._ready.add(pod)
            case "PodNotReady":
                self._ready.discard(pod)

    def now(self) -> dict[str, tuple[Role, bool]]:
        """Role of each pod, and whether it is ready; the application comes last."""
        known = sorted(self._exist, key=CLIENT.__eq__)
        return {pod: (self._state(pod), pod in self._ready) for pod in known}

    def _state(self, pod: str) -> Role:
        serves = self._serve.get(pod)
        if serves and serves is not Role.DOWN:
            return serves
        return Role.DOWN if self._exist[pod] else Role.GONE
