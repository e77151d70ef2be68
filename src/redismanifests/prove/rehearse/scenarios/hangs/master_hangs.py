"""Master hangs: it is silent for a little longer than down-after and an election, and wakes when another one leads.

That moment is the dangerous one: the other replica is still attached to it, so min-replicas-to-write is met.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.measure.recovery import Recovery
from redismanifests.prove.rehearse.scenario import Scenario

if TYPE_CHECKING:
    from redismanifests.prove.rehearse.stage import Stage

PREFIX, WHOLE_PREFIX = "master-hangs-", "pod-hangs-"
_HANG_S = 6.0
"""Down-after and an election, by default: then a replica leads, and the other one is on its way to it."""


def hanging(seconds: float, *, name: str = "", whole: bool = False) -> Scenario:
    """The master stops for that long, alone or with all that runs beside it."""

    async def play(stage: Stage, _recovery: Recovery) -> None:
        master = await stage.master()
        stage.freeze(master, whole=whole)
        await asyncio.sleep(seconds)
        stage.thaw(master, whole=whole)

    what = "everything in the master's container" if whole else "the master"
    return Scenario(
        name=name or f"{WHOLE_PREFIX if whole else PREFIX}{seconds:g}s",
        about=f"SIGSTOP of {what} for {seconds:g} s, then SIGCONT",
        play=play,
        outage=Recovery.hang,
        whole=Recovery.corrected,
    )


SCENARIO = hanging(_HANG_S, name="master-hangs")


def named(name: str) -> Scenario | None:
    """``master-hangs-5.6s`` is the same for this time, and ``pod-hangs-5.6s`` with all processes of its container."""
    for prefix in (PREFIX, WHOLE_PREFIX):
        if name.startswith(prefix) and name.endswith("s"):
            try:
                return hanging(float(name.removeprefix(prefix)[:-1]), whole=prefix == WHOLE_PREFIX)
            except ValueError:
                return None
    return None
