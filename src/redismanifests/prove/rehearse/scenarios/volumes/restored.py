"""Restored: a backup is made, everything is destroyed, and the deployment starts with the backup on new volumes."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from redismanifests.core.steady import steady_now
from redismanifests.prove.rehearse.measure.kept import Ending
from redismanifests.prove.rehearse.measure.recovery import Recovery
from redismanifests.prove.rehearse.result import Measure
from redismanifests.prove.rehearse.scenario import Scenario
from redismanifests.prove.toycluster.objects import Objects

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from redismanifests.prove.rehearse.stage import Stage

_RESTORES = "restore-"
"""How the init containers of a restore are called (templates/restore/init.yaml.j2)."""
_DATABASES = range(2, 16)
"""Those that the keys of before do not use."""
_LIBRARY = "rehearsed"
_FUNCTION = f"#!lua name={_LIBRARY}\nredis.register_function('answer', function() return 42 end)"


def _init_containers(item: Any) -> list[Any]:
    found: list[Any] = item["spec"]["template"]["spec"].get("initContainers") or []
    return found


def _restores(item: Any) -> bool:
    return any(each["name"].startswith(_RESTORES) for each in _init_containers(item))


def _lacks(objects: Objects) -> str:
    if not objects.of_kind("CronJob"):
        return "the objects make no backup"
    if not any(_restores(item) for item in objects.of_kind("StatefulSet")):
        return "the objects restore no backup (restore.from)"
    return ""


def _without_restore(objects: Objects) -> Objects:
    changed = []
    for item in objects.items:
        if item["kind"] == "StatefulSet" and _restores(item):
            copied: Any = copy.deepcopy(item)
            spec = copied["spec"]["template"]["spec"]
            spec["initContainers"] = [
                each for each in _init_containers(item) if not each["name"].startswith(_RESTORES)
            ]
            changed.append(copied)
        else:
            changed.append(item)
    return Objects(tuple(changed), objects.namespace)


async def _first_life(stage: Stage) -> None:
    stage.change(_without_restore(stage.rendered))


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
    redis, sentinel = stage.deployment.redis, stage.deployment.sentinel
    problem = await stage.back_up()
    if problem:
        stage.cluster.site.trouble.append(f"the backup failed: {problem}")
    problem = await stage.run_job(f"{redis.name}-backup-drill")
    if problem:
        stage.cluster.site.trouble.append(f"the restore drill failed: {problem}")
    for workload in (redis, sentinel):
        stage.hold(workload, set(range(workload.replicas)))
    await stage.lose_power()
    stage.destroyed_at = steady_now()
    for workload in (redis, sentinel):
        for ordinal in range(workload.replicas):
            stage.volumes.lose(workload, ordinal)
    stage.note("applied with restore.from")
    stage.change(stage.rendered)
    for workload in (redis, sentinel):
        stage.hold(workload, set())


SCENARIO = Scenario(
    name="restored",
    about="a backup; kill -9 of everything and every volume lost; applied again with restore.from",
    before=_first_life,
    substituted=("the init containers of the restore: left out until the volumes are lost",),
    arrange=_load,
    play=_play,
    afterwards=_look,
    outage=Recovery.restored,
    whole=Recovery.restored_whole,
    ends_all=Ending.KILLED,
    lacks=_lacks,
)
