"""Inside: the first Python process of a rehearsal, in the namespaces that belong to it.

Why: kubelet, controllers, DNS and scenario run here, in one process whose end is the end of all that it started. It
reads one request (JSON) from standard input and writes events and the result as lines of JSON. What must not come in:
formatting for people.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from redismanifests.errors import RedismanifestsError
from redismanifests.rehearse.cluster import Cluster
from redismanifests.rehearse.event import Event
from redismanifests.rehearse.objects import Objects
from redismanifests.rehearse.pod import Site
from redismanifests.rehearse.scenarios import scenario_named
from redismanifests.rehearse.service import services
from redismanifests.rehearse.stage import Stage
from redismanifests.rehearse.substitution import Engine

_MOUNT_POINTS = ("/srv", "/media", "/mnt", "/opt")
"""Folders that every Linux has: a tmpfs of the private mount namespace covers one, so nothing is written on disk."""


class _OverError(Exception):
    """The scenario has ended; every task ends with it."""


def _scratch(*needed: str) -> Path:
    """Cover a folder that hides nothing that is needed."""
    point = next(
        point
        for point in map(Path, _MOUNT_POINTS)
        if point.is_dir() and not any(Path(path).resolve().is_relative_to(point) for path in needed)
    )
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "rehearsal", str(point)], check=True)
    return point


def _write(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def _emit(kind: str, subject: str, text: str) -> None:
    _write({"event": dataclasses.asdict(Event(time.time(), kind, subject, text))})


async def _rehearse(request: dict[str, Any], folder: Path) -> None:
    objects = Objects.of(request["objects"])
    logs = Path(request["logs"] or folder / "logs")
    logs.mkdir(parents=True, exist_ok=True)
    scenario = scenario_named(request["scenario"])
    try:
        async with asyncio.TaskGroup() as tasks:
            site = Site(
                objects, services(objects), Engine.found(request["engine"]), tasks, folder, logs, _emit
            )
            cluster = await Cluster.start(site, request["dns_ttl"])
            result = await scenario.run(Stage(cluster), request["dns_ttl"])
            _write({"result": dataclasses.asdict(result)})
            raise _OverError
    except* _OverError:
        pass


def main() -> None:
    """Play the scenario that was asked for."""
    request = json.loads(sys.stdin.readline())
    if sys.version_info < (3, 12):
        # The default watcher of 3.11 starts a thread for every child process.
        asyncio.set_child_watcher(asyncio.PidfdChildWatcher())
    needed = (sys.executable, sys.prefix, __file__, request["logs"] or "/", request["engine"] or "/")
    try:
        asyncio.run(_rehearse(request, _scratch(*needed)))
    except* RedismanifestsError as group:
        first = group.exceptions[0]
        _write({"refused": {"fact": getattr(first, "fact", str(first)), "fix": getattr(first, "fix", "")}})


if __name__ == "__main__":
    main()
