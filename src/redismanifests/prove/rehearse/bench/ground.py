"""Ground: the base of a cluster inside the rehearsal's namespaces: scratch space, and tasks that end together.

Why: nothing may be written on this machine's disk, and a fault of the engine must end the rehearsal with its reason
instead of hanging.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from redismanifests.prove.rehearse.bench.access import Access
from redismanifests.prove.rehearse.bench.backup.store import with_folder
from redismanifests.prove.rehearse.bench.secret import with_stand_ins
from redismanifests.prove.rehearse.bench.substitution import Engine, image_for
from redismanifests.prove.toycluster.cluster import Cluster
from redismanifests.prove.toycluster.linux.fence import fence
from redismanifests.prove.toycluster.objects import Objects
from redismanifests.prove.toycluster.pods.pod import Site
from redismanifests.prove.toycluster.service import services

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from redismanifests.core.object import Object
    from redismanifests.prove.toycluster.event import Emit

_MOUNT_POINTS = ("/srv", "/media", "/mnt", "/opt")
"""Folders that every Linux has: a tmpfs of the private mount namespace covers one, so nothing is written on disk."""

T = TypeVar("T")


class _OverError(Exception):
    """The work has ended; every task ends with it."""


def scratch(*needed: str) -> Path:
    """Cover a folder that hides nothing needed, and fence off the rest; only in a mount namespace of one's own."""
    point = next(
        point
        for point in map(Path, _MOUNT_POINTS)
        if point.is_dir() and not any(Path(path).resolve().is_relative_to(point) for path in needed)
    )
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "rehearsal", str(point)], check=True)
    fence(point.resolve())
    return point.resolve()


async def _on_cluster(
    objects: Objects,
    work: Callable[[Cluster], Awaitable[T]],
    *,
    engine: Engine,
    next_engine: Engine | None,
    dns_ttl_s: float,
    folder: Path,
    emit: Emit,
) -> T:
    results: list[T] = []
    try:
        async with asyncio.TaskGroup() as tasks:
            access = Access.granted(objects, folder / "access")
            images = partial(image_for, engine=engine, next_engine=next_engine)
            site = Site(objects, services(objects), images, tasks, folder, access, folder / "logs", [], emit)
            results.append(await work(await Cluster.start(site, dns_ttl_s)))
            raise _OverError
    except* _OverError:
        pass
    return results[0]


def on_cluster(
    objects: Iterable[Object],
    work: Callable[[Cluster], Awaitable[T]],
    *,
    engine: str | None,
    next_engine: str | None = None,
    dns_ttl_s: float,
    emit: Emit,
) -> T:
    """Do ``work`` on a cluster of these objects (not yet applied); answers what it answered."""
    if sys.version_info < (3, 12):
        # The default watcher of 3.11 starts a thread for every child process.
        asyncio.set_child_watcher(asyncio.PidfdChildWatcher())
    chosen = Engine.found(engine)
    following = Engine.found(next_engine) if next_engine else None
    servers = [str(each.server) for each in (chosen, following) if each]
    folder = scratch(sys.executable, sys.prefix, __file__, *servers)
    (folder / "logs").mkdir()
    return asyncio.run(
        _on_cluster(
            with_stand_ins(with_folder(Objects.of(objects))),
            work,
            engine=chosen,
            next_engine=following,
            dns_ttl_s=dns_ttl_s,
            folder=folder,
            emit=emit,
        )
    )
