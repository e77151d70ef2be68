"""Live: a rehearsal while it runs, as the lines that a terminal shows now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.sources.source import printable
from redismanifests.present.rehearsal.pods import Pods
from redismanifests.present.timeline import State

if TYPE_CHECKING:
    from redismanifests.prove.toycluster.event import Event

_COLOURS = {
    State.MASTER: "33;1",
    State.REFUSING: "33",
    State.REPLICA: "34",
    State.SENTINEL: "32",
    State.CLIENT: "35",
    State.SILENT: "31;1",
    State.GONE: "31",
}
_NEWS = ("Fault", "Unhealthy", "BackOff", "InitFailed", "FailedPreStopHook")
_LAST = 4


class Live:
    """What there is to see of one run."""

    def __init__(self, title: str, began: float) -> None:
        """``title`` names the run; ``began`` in seconds since 1970."""
        self._title = title
        self._began = began
        self._pods = Pods()
        self._phase = "the namespaces of the rehearsal are made"
        self._stopped: float | None = None
        self._said = ""
        self._news: list[str] = []

    def see(self, event: Event) -> None:
        """Take in the next event."""
        self._pods.see(event)
        match event.kind:
            case "Phase":
                self._phase = event.text
            case "WritesStopped":
                self._stopped = event.at
            case "WritesResumed":
                self._stopped = None
                self._said = f"writes were acknowledged again {event.text}"
            case kind if kind in _NEWS:
                self._news.append(f"{event.at - self._began:6.1f} s  {event.subject} {event.text}".rstrip())

    def lines(self, now: float, columns: int) -> list[str]:
        """The picture of this moment, at most so many columns wide."""
        head = f"{self._title}  {now - self._began:.0f} s  {self._phase}"
        pods = self._pods.now()
        width = max(map(len, pods), default=0)
        rows = [head[:columns]]
        for pod, (state, ready) in pods.items():
            text = f"  {pod:<{width}}  {state.value:<26}  {'ready' if ready else 'not ready'}"[:columns]
            rows.append(_painted(text, _COLOURS.get(state, "2")))
        rows += [printable(f"  {news}")[:columns] for news in self._news[-_LAST:]]
        if self._stopped is not None:
            outage = f"  no write acknowledged for {now - self._stopped:.1f} s"
            rows.append(_painted(outage[:columns], "31;1"))
        elif self._said:
            rows.append(f"  {self._said}"[:columns])
        return rows


def _painted(text: str, number: str) -> str:
    """``text`` in the colour of an SGR ``number``."""
    return f"\x1b[{number}m{text}\x1b[0m"
