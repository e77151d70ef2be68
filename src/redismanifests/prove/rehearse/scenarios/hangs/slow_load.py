"""Slow load: every Redis takes 20 s to load its data, as a large data set does; a failover must not wait for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.bench.change import with_directives
from redismanifests.prove.rehearse.measure.dataset import KEYS
from redismanifests.prove.rehearse.measure.recovery import Recovery
from redismanifests.prove.rehearse.result import Measure
from redismanifests.prove.rehearse.scenario import Scenario

if TYPE_CHECKING:
    from redismanifests.prove.rehearse.stage import Stage

_LOAD_S = 20.0
_DELAY_US = 1000
_KEYS = int(_LOAD_S * 1e6 / _DELAY_US) - KEYS
"""Beside those that are there in every scenario."""
_SLOW = {"key_load_delay": _DELAY_US, "loading_process_events_interval_bytes": 1024}
"""Redis' own settings for its tests: a pause per key, and "loading" is answered as often as with large data."""
_LOADED = r"DB loaded from append only file: ([0-9.]+) seconds"
_LOADS = 2
"""A restarted replica loads its own data, and then the copy from its master."""
_SLACK = 1.5
"""A pause of a millisecond is a little longer, and the application's own writes are loaded as well."""


async def _before(stage: Stage) -> None:
    stage.change(with_directives(stage.cluster.site.objects, **_SLOW))


async def _scene(stage: Stage, recovery: Recovery) -> None:
    await stage.fill(await stage.master(), _KEYS)
    await stage.right(recovery.whole())


async def _play(stage: Stage, recovery: Recovery) -> None:
    master = await stage.master()
    await stage.kill(master)
    await stage.right(recovery.whole() + _LOADS * _LOAD_S * _SLACK)
    took = stage.said(master, _LOADED)
    stage.measures.append(Measure("load of the former master", float(took[-1]) if took else 0.0, "s"))
    if not took or float(took[-1]) < _LOAD_S:
        stage.cluster.site.trouble.append(f"{master} did not take {_LOAD_S:g} s to load: nothing was shown")


SCENARIO = Scenario(
    name="slow-load",
    about="kill -9 of a master that takes 20 s to load its data; its container restarts at once",
    before=_before,
    substituted=(
        f"redis.conf: key-load-delay {_DELAY_US} added, and {_KEYS} more keys: a large data set in small",
    ),
    prepare=_scene,
    play=_play,
    outage=Recovery.crash,
)
