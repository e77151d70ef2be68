"""Ground: what a cluster stands on inside the rehearsal's namespaces: scratch space, and tasks that end together.

Why: nothing may be written on this machine's disk, and a fault of the engine must end the rehearsal with its reason
instead of hanging. What must not come in: scenarios, how requests arrive.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from redismanifests.rehearse.access import Access
from redismanifests.rehearse.cluster import Cluster
from redismanifests.rehearse.objects import Objects
from redismanifests.rehearse.pod import Site
from redismanifests.rehearse.secret import with_stand_ins
from redismanifests.rehearse.service import services
from redismanifests.rehearse.substitution import Engine

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from redismanifests.rehearse.event import Emit
    from redismanifests.rehearse.objects import Object

_MOUNT_POINTS = ("/srv", "/media", "/mnt", "/opt")
"""Folders that every Linux has: a tmpfs of the private mount namespace covers one, so nothing is written on disk."""

T = TypeVar("T")


class _OverError(Exception):
    """The work has ended; every task ends with it."""


def scratch(*needed: str) -> Path:
    """Cover a folder that hides nothing that is needed; call it only in a mount namespace of one's own."""
    point = next(
        point
        for point in map(Path, _MOUNT_POINTS)
        if point.is_dir() and not any(Path(path).resolve().is_relative_to(point) for path in needed)
    )
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "rehearsal", str(point)], check=True)
    return point


async def _on_cluster(
    objects: Objects,
    work: Callable[[Cluster], Awaitable[T]],
    *,
    engine: Engine,
    dns_ttl_s: float,
    folder: Path,
    emit: Emit,
) -> T:
    results: list[T] = []
    try:
        async with asyncio.TaskGroup() as tasks:
            access = Access.granted(objects, folder / "access")
            site = Site(objects, services(objects), engine, tasks, folder, access, folder / "logs", [], emit)
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
    dns_ttl_s: float,
    emit: Emit,
) -> T:
    """Do ``work`` on a cluster of these objects (not yet applied); answers what it answered."""
    if sys.version_info < (3, 12):
        # The default watcher of 3.11 starts a thread for every child process.
        asyncio.set_child_watcher(asyncio.PidfdChildWatcher())
    chosen = Engine.found(engine)
    folder = scratch(sys.executable, sys.prefix, __file__, str(chosen.server))
    (folder / "logs").mkdir()
    return asyncio.run(
        _on_cluster(
            with_stand_ins(Objects.of(objects)),
            work,
            engine=chosen,
            dns_ttl_s=dns_ttl_s,
            folder=folder,
            emit=emit,
        )
    )
