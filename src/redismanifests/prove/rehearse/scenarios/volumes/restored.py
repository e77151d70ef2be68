"""Restored: a backup is made, everything is destroyed, and the deployment starts with the backup on new volumes."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from redismanifests.profile.derived.backup.restore import (
    CHECKED_BYTES_PER_SECOND,
    COPIED_BYTES_PER_SECOND,
    LOADED_BYTES_PER_SECOND,
)
from redismanifests.prove.rehearse.bench.backup.restore import from_own_backup
from redismanifests.prove.rehearse.measure.kept import Ending
from redismanifests.prove.rehearse.measure.recovery import Recovery
from redismanifests.prove.rehearse.result import Measure
from redismanifests.prove.rehearse.scenario import Scenario
from redismanifests.prove.rehearse.scenarios.backups.lost_all import start_over
from redismanifests.prove.rehearse.scenarios.backups.restoring import first_life, lacks_backup

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from redismanifests.prove.rehearse.stage import Stage

_DATABASES = range(2, 16)
"""Those that the keys of before do not use."""
_LIBRARY = "rehearsed"
_VALUE_BYTES = 900
_DUMPED_BYTES = 914
"""Of a key with such a value, in a dump."""
_FUNCTION = f"#!lua name={_LIBRARY}\nredis.register_function('answer', function() return 42 end)"


def _clients(stage: Stage, pod: str) -> dict[int, Redis]:
    from redis.asyncio import Redis  # noqa: PLC0415 (an optional package, and scenarios are listed without it)

    access = stage.cluster.site.access
    host, port = stage.cluster.pods[pod].ip, stage.deployment.redis.port
    return {
        number: Redis(host=host, port=port, db=number, decode_responses=True, **access.options())
        for number in (0, *_DATABASES)
    }


def _may_all(stage: Stage) -> bool:
    # With accounts, that of the application is for its own keys.
    return not stage.cluster.site.access.prefix


async def _load(stage: Stage) -> None:
    """A function, and a key in each database."""
    if not _may_all(stage):
        return
    clients = _clients(stage, await stage.master())
    await clients[0].function_load(_FUNCTION, replace=True)
    for number in _DATABASES:
        await clients[number].set("database", number)
    for client in clients.values():
        await client.aclose()


async def _look(stage: Stage) -> None:
    if not _may_all(stage):
        return
    clients = _clients(stage, await stage.master())
    missing = [number for number in _DATABASES if await clients[number].get("database") != str(number)]
    libraries = await clients[0].function_list()
    for client in clients.values():
        await client.aclose()
    lost = len(missing) + (_LIBRARY not in str(libraries))
    stage.measures.append(Measure("lost functions and databases", lost, "", 0))


async def _play(stage: Stage, _recovery: Recovery) -> None:
    redis = stage.deployment.redis
    problem = await stage.back_up()
    if problem:
        stage.cluster.site.trouble.append(f"the backup failed: {problem}")
    problem = await stage.run_job(f"{redis.name}-backup-drill")
    if problem:
        stage.cluster.site.trouble.append(f"the restore drill failed: {problem}")
    await start_over(stage, from_own_backup(stage.rendered), "applied with restore.from")


SCENARIO = Scenario(
    name="restored",
    about="a backup; kill -9 of everything and every volume lost; applied again with restore.from",
    before=first_life,
    substituted=(
        "the init containers of the restore: left out until the volumes are lost, and then given this deployment's"
        " newest backup, whatever restore.from names",
    ),
    restores=True,
    arrange=_load,
    play=_play,
    afterwards=_look,
    outage=Recovery.restored,
    whole=Recovery.restored_whole,
    ends_all=Ending.KILLED,
    lacks=lacks_backup,
)


def named(name: str) -> Scenario | None:
    """``restored-500MB`` is the same with a dump of this size."""
    found = re.fullmatch(r"restored-([1-9]\d*)MB", name)
    return _sized(int(found[1])) if found else None


def _sized(megabytes: int) -> Scenario:
    dump = megabytes * 10**6
    keys = dump // _DUMPED_BYTES

    async def arrange(stage: Stage) -> None:
        await _load(stage)
        await stage.fill(await stage.master(), keys, _VALUE_BYTES)

    async def afterwards(stage: Stage) -> None:
        await _look(stage)
        clients = _clients(stage, await stage.master())
        there = await clients[0].dbsize()
        for client in clients.values():
            await client.aclose()
        stage.measures.append(Measure("lost keys of the large data", max(0, keys - there), "", 0))

    def copied(recovery: Recovery) -> float:
        return dump / COPIED_BYTES_PER_SECOND if recovery.min_replicas else 0.0

    def longer(recovery: Recovery) -> float:
        """As `plan` computes it; the store is a folder, and no bandwidth is in the way."""
        return dump / CHECKED_BYTES_PER_SECOND + dump / LOADED_BYTES_PER_SECOND + copied(recovery)

    return replace(
        SCENARIO,
        name=f"restored-{megabytes}MB",
        about=f"{SCENARIO.about}; {megabytes} MB",
        arrange=arrange,
        afterwards=afterwards,
        outage=lambda recovery: recovery.restored() + longer(recovery),
        whole=lambda recovery: recovery.restored_whole() + longer(recovery),
        # Until a replica has its copy, the master answers reads with the backup and takes no writes.
        stale=lambda recovery: recovery.stale() + copied(recovery),
    )
