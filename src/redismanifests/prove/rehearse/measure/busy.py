"""Busy: the share of a core that each server uses.

A Sentinel in a busy loop on a link (docs/measurements/kubernetes.md) still answers normally: only its CPU time shows
it.
"""

from __future__ import annotations

import asyncio
import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from redismanifests.prove.toycluster.linux.namespace import cpu_ticks

if TYPE_CHECKING:
    from redismanifests.prove.rehearse.stage import Stage

SPIN_PERCENT = 25.0
"""Of a core. Idle is 1 to 2, under this application up to 10; a spin takes all it gets, 24 to 100 were measured."""
_LOOK_S = 3.0


async def busiest(stage: Stage, limit_s: float) -> tuple[str, float]:
    """The pod whose server takes most of a core, and its share in percent, once none spins or after ``limit_s``."""
    until = time.monotonic() + limit_s
    while True:
        before = _ticks(stage)
        await asyncio.sleep(_LOOK_S)
        after = _ticks(stage)
        shares = {pod: after[pod] - before[pod] for pod in after if pod in before}
        pod = max(shares, key=lambda name: shares[name], default="")
        percent = 100 * shares.get(pod, 0) / os.sysconf("SC_CLK_TCK") / _LOOK_S
        stage.cluster.site.emit("Busiest", pod, f"{percent:.0f} % of a core")
        if percent <= SPIN_PERCENT or time.monotonic() > until:
            return pod, percent


def _ticks(stage: Stage) -> dict[str, int]:
    found = {}
    for workload in (stage.deployment.redis, stage.deployment.sentinel):
        for pod in workload.pods:
            kubelet = stage.started(pod, workload)
            container = kubelet.container if kubelet else None
            with suppress(FileNotFoundError, ProcessLookupError):
                if container and container.running():
                    name = stage.deployment.lane(workload, pod)
                    found[name] = cpu_ticks(container.first_process)
    return found
