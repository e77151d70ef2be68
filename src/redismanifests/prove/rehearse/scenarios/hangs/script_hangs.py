"""Script hangs: a script keeps the master busy for longer than down-after; Sentinel itself ends one that only reads.

Sentinel kills the script when it regards the master as down, so the master wakes while another one is promoted.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from redismanifests.profile.derived.credentials import DEFAULT
from redismanifests.prove.checks.desired import Desired
from redismanifests.prove.rehearse.measure.recovery import Recovery
from redismanifests.prove.rehearse.scenario import Scenario

if TYPE_CHECKING:
    from redismanifests.prove.rehearse.stage import Stage
    from redismanifests.prove.toycluster.objects import Objects

_BUSY_S = 40
_READING = "local n = 0 while redis.call('TIME')[1] - ARGV[1] < tonumber(ARGV[2]) do n = n + 1 end return n"
_WRITING = "redis.call('SET', KEYS[1], 'x') " + _READING


def _lacks(objects: Objects) -> str:
    known = Desired.of(objects.items).settings.get("CLI_USER", DEFAULT)
    return "" if known == DEFAULT else f"the account {known} may run no script"


def _busy(name: str, script: str, about: str) -> Scenario:
    async def play(stage: Stage, _recovery: Recovery) -> None:
        from redis.exceptions import RedisError  # noqa: PLC0415

        master = await stage.master()
        stage.note(f"a script that runs for {_BUSY_S} s", master)
        running = asyncio.create_task(stage.script(master, script, int(time.time()), _BUSY_S))
        await asyncio.sleep(_BUSY_S / 2)
        running.cancel()
        with suppress(asyncio.CancelledError, RedisError, OSError):
            await running

    return Scenario(
        name=name, about=about, play=play, lacks=_lacks, outage=Recovery.hang, whole=Recovery.corrected
    )


SCENARIOS = (
    _busy("script-hangs", _READING, f"a script that reads keeps the master busy for {_BUSY_S} s"),
    _busy(
        "script-writes-and-hangs",
        _WRITING,
        f"a script that has written keeps the master busy for {_BUSY_S} s",
    ),
)
