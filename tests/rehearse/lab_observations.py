"""Lab observations: what happens to a replica of the lab that is deleted while it writes its first append-only file."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from lab import with_a_slow_rewrite

from redismanifests.rehearse.stage import Stage

if TYPE_CHECKING:
    from redismanifests.rehearse.cluster import Cluster

    Events = list[tuple[float, str, str, str]]

DNS_TTL_S = 5.0
_KEYS = 250
"""Of 20 ms each: 5 s, also for the copy from the master."""
_LIMIT_S = 90.0


async def _deleted_in_its_first_rewrite(cluster: Cluster) -> Any:
    stage = Stage(cluster)
    cluster.apply()
    _, seen = await stage.right(_LIMIT_S)
    if seen.problems:
        return {"problems": seen.problems}
    await stage.fill(seen.master, _KEYS)
    replica = next(pod for pod in stage.deployment.redis.pods if pod != seen.master)
    await stage.kill(replica)
    until = time.monotonic() + _LIMIT_S
    # Its own start loads a file; what is waited for is the copy from its master, after which it begins a new one.
    while len(stage.said(replica, "(Background append only file rewriting started)")) < 2:
        if time.monotonic() > until:
            return {"problems": ["no rewrite began"]}
        await asyncio.sleep(0.05)
    began = time.monotonic()
    await stage.delete(stage.deployment.redis, stage.ordinal(replica))
    log = (cluster.site.logs / f"{replica}_redis.log").read_text(encoding="utf-8")
    return {
        "problems": [],
        "seconds": time.monotonic() - began,
        "trouble": cluster.site.trouble,
        "refused": "can't exit" in log,
    }


def objects(name: str) -> list[dict[str, Any]]:
    """Each observation has a deployment of its own."""
    return with_a_slow_rewrite(forced=name == "forced")


async def refused(cluster: Cluster, events: Events) -> Any:
    """As the lab first had it."""
    return await _deleted_in_its_first_rewrite(cluster)


async def forced(cluster: Cluster, events: Events) -> Any:
    """With ``shutdown-on-sigterm nosave force``."""
    return await _deleted_in_its_first_rewrite(cluster)
