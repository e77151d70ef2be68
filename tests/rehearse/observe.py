"""Observe: look at a toy deployment from inside a rehearsal's namespaces.

The engine's promises are about processes, mounts and packets, so they are observed where these are: this file starts
itself in the namespaces of a rehearsal, plays one observation from a module beside it and prints what was seen.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

from redismanifests.prove.toycluster.linux.namespace import rehearsal_command

SOURCES = Path(__file__).resolve().parents[2] / "src"


def observe(name: str, module: str = "observations", limit_s: float = 240) -> Any:
    """What the observation of that name saw, within so many seconds."""
    command = rehearsal_command(
        [sys.executable, str(Path(__file__)), module, name, str(limit_s)], root=os.geteuid() == 0
    )
    environment = os.environ | {"PYTHONPATH": f"{SOURCES}:{Path(__file__).parent}"}
    try:
        done = subprocess.run(command, env=environment, capture_output=True, timeout=limit_s, check=False)
    except subprocess.TimeoutExpired as late:
        said = (late.stderr or b"").decode(errors="replace")
        raise AssertionError(f"{name} is not over after {limit_s:g} s; it said: {said[-8000:]}") from None
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return json.loads(done.stdout.splitlines()[-1])


def _where_it_waits() -> None:
    """For a person, shortly before it is ended: every task, and the line that it is at."""
    for task in asyncio.all_tasks():
        task.print_stack(file=sys.stderr)
    sys.stderr.flush()


def _main() -> None:
    from redismanifests.prove.rehearse.bench.ground import on_cluster

    events: list[tuple[float, str, str, str]] = []

    def emit(kind: str, subject: str, text: str) -> None:
        events.append((time.time(), kind, subject, text))
        print(*events[-1], file=sys.stderr, flush=True)

    module, name, limit_s = sys.argv[1:]
    observations: Any = import_module(module)
    observation = getattr(observations, name)

    async def observed(cluster: Any) -> Any:
        asyncio.get_running_loop().call_later(float(limit_s) - 20, _where_it_waits)
        seen = await observation(cluster, events)
        print(json.dumps(seen), flush=True)
        # At once, as a rehearsal does: with this process everything ends that it started.
        os._exit(0)

    on_cluster(
        observations.objects(name),
        observed,
        engine=None,
        dns_ttl_s=observations.DNS_TTL_S,
        emit=emit,
    )


if __name__ == "__main__":
    _main()
