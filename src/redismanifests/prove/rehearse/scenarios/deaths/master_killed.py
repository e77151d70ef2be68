"""Master killed: its process dies, and its container restarts at once, after a second, or long after a promotion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.measure.recovery import Recovery
from redismanifests.prove.rehearse.scenario import Scenario

if TYPE_CHECKING:
    from redismanifests.prove.rehearse.stage import Stage


def _killed(name: str, back_after_s: float, back: str) -> Scenario:
    async def play(stage: Stage, _recovery: Recovery) -> None:
        await stage.kill(await stage.master(), back_after_s)

    return Scenario(
        name=name,
        about=f"kill -9 of the master; its container restarts {back}",
        play=play,
        outage=Recovery.crash,
        whole=lambda recovery: recovery.whole(back_after_s),
    )


AT_ONCE = _killed("master-killed", 0, "at once")
SCENARIOS = (
    AT_ONCE,
    _killed("master-killed-1s", 1, "after 1 s"),
    _killed("master-killed-15s", 15, "after 15 s"),
)
