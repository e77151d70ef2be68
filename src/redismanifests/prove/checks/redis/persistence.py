"""Persistence: are save points and append-only file as requested, and written to the volume?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.prove.checks.look import listed
from redismanifests.prove.checks.probe import NotVerifiedError, probe
from redismanifests.prove.checks.remedy import DISK, NOT_AS_ASKED

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from redismanifests.prove.checks.look import Look

_FINE = {"rdb_last_bgsave_status": "ok", "aof_last_bgrewrite_status": "ok", "aof_last_write_status": "ok"}


@probe("PB040", remedy=NOT_AS_ASKED)
async def save_points_are_as_asked(look: Look) -> AsyncIterator[str]:
    """Every Redis has the requested save points."""
    lines = look.desired.redis_values("save")
    if not lines:
        raise NotVerifiedError("no file of the objects states save points")
    # Lines add up, and an empty one clears those before it.
    wanted: list[str] = []
    for line in lines:
        wanted = [*wanted, *line.split()] if line else []
    for pod, settings in (await look.every_config("save")).items():
        if settings.get("save", "").split() != wanted:
            yield f"{pod}: save {settings.get('save') or 'none'} instead of {' '.join(wanted) or 'none'}"


@probe("PB041", remedy=NOT_AS_ASKED)
async def append_only_file_is_as_asked(look: Look) -> AsyncIterator[str]:
    """Every Redis has the requested appendonly and appendfsync."""
    wanted = {
        name: value
        for name in ("appendonly", "appendfsync")
        if (value := look.desired.redis_value(name)) is not None
    }
    if not wanted:
        raise NotVerifiedError("no file of the objects states appendonly")
    for pod, settings in (await look.every_config(*wanted)).items():
        for name, value in wanted.items():
            if settings.get(name) != value:
                yield f"{pod}: {name} {settings.get(name)} instead of {value}"


@probe("PB042", remedy=DISK)
async def append_only_file_is_on_the_volume(look: Look) -> AsyncIterator[str]:
    """If the append-only file is on, it is in the data directory and not empty."""
    for pod, settings in (await look.every_config("dir", "append*")).items():
        if settings.get("appendonly") != "yes":
            continue
        folder = settings["dir"]
        if "appenddirname" in settings:
            folder += "/" + settings["appenddirname"]
        files = await _files(look, pod, folder)
        if not any(name.startswith(settings["appendfilename"]) and size for name, size in files.items()):
            yield f"{pod}: no {settings['appendfilename']} with anything in it in {folder}"


@probe("PB043", remedy=DISK)
async def last_writes_to_disk_were_fine(look: Look) -> AsyncIterator[str]:
    """The last snapshot, the last rewrite and the last write of the append-only file succeeded everywhere."""
    for pod, fields in (await look.every_info(*_FINE)).items():
        for name, fine in _FINE.items():
            if fields.get(name, fine) != fine:
                yield f"{pod}: {name} {fields[name]}; a master whose disk is full or fails refuses writes"


@probe("PB044", remedy=DISK)
async def snapshot_is_on_the_volume(look: Look) -> AsyncIterator[str]:
    """If a snapshot was saved, it is in the data directory and not empty."""
    without = []
    for pod, settings in (await look.every_config("save", "dir", "dbfilename")).items():
        state = await look.info(look.desired.redis, pod, "rdb_last_save_time", "rdb_saves")
        if not settings.get("save"):
            continue
        if not (await _files(look, pod, settings["dir"])).get(settings["dbfilename"]):
            if state.get("rdb_saves", "0") != "0":
                yield f"{pod}: a snapshot was saved, and no {settings['dbfilename']} is in {settings['dir']}"
            without.append(pod)
    if without:
        raise NotVerifiedError(f"no snapshot was due yet on {listed(without)}")


async def _files(look: Look, pod: str, folder: str) -> dict[str, int]:
    """Names and sizes of a folder's files; by ls, because the smallest images have it."""
    answer = await look.run(look.desired.redis, pod, "ls", "-ln", folder)
    parts = [line.split() for line in answer.output.splitlines()]
    return {part[-1]: int(part[4]) for part in parts if len(part) >= 9}
