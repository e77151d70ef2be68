"""Lab observations: a replica deleted in its first rewrite, and a failover while one CoreDNS remembers too much."""

from __future__ import annotations

import asyncio
import subprocess
import time
from typing import TYPE_CHECKING, Any

import lab
from dnslib import QTYPE
from redis.asyncio import Redis

from redismanifests.errors import RedismanifestsError
from redismanifests.prove.rehearse.measure.busy import busiest
from redismanifests.prove.rehearse.measure.topology import probed, topology
from redismanifests.prove.rehearse.result import LOST_KEYS
from redismanifests.prove.rehearse.scenario import Scenario
from redismanifests.prove.rehearse.stage import Stage
from redismanifests.prove.toycluster.linux.namespace import in_container

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from redismanifests.prove.rehearse.measure.recovery import Recovery
    from redismanifests.prove.toycluster.cluster import Cluster
    from redismanifests.prove.toycluster.linux.process import Completed

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
    slow = {"refused": False, "forced": True}
    return lab.with_a_slow_rewrite(forced=slow[name]) if name in slow else lab.objects()


async def refused(cluster: Cluster, events: Events) -> Any:
    """As the lab first had it."""
    return await _deleted_in_its_first_rewrite(cluster)


async def forced(cluster: Cluster, events: Events) -> Any:
    """With ``shutdown-on-sigterm nosave force``."""
    return await _deleted_in_its_first_rewrite(cluster)


async def busy(cluster: Cluster, events: Events) -> Any:
    """A name is asked for while the loop of the rehearsal does nothing else; then every probe, with what it runs.

    Before anything runs: who is busiest then, what a pod has said that is away, and what is said of it.
    """
    stage = Stage(cluster)
    nobody = [*await busiest(stage, 0.0), *stage.said("redis-0", ".+")]
    away = ""
    try:
        stage.kubelet("redis-0")
    except RedismanifestsError as error:
        away = error.fact
    cluster.apply()
    _, seen = await stage.right(_LIMIT_S)
    if seen.problems:
        return {"problems": seen.problems}
    container = stage.kubelet("redis-sentinel-0").container
    assert container
    name = f"{stage.deployment.redis.pods[0]}.redis-headless.ra.svc.cluster.local"
    ask = in_container(container.first_process, ["getent", "hosts", name])
    found = subprocess.run(ask, check=False, capture_output=True, text=True, timeout=_LIMIT_S)
    running = worst = asked = 0

    def counting(run: Callable[..., Awaitable[Completed]]) -> Callable[..., Awaitable[Completed]]:
        async def counted(*args: Any) -> Completed:
            nonlocal running, worst, asked
            running, asked = running + 1, asked + 1
            worst = max(worst, running)
            try:
                return await run(*args)
            finally:
                running -= 1

        return counted

    for pod in (*stage.deployment.redis.pods, *stage.deployment.sentinel.pods):
        one = stage.kubelet(pod).container
        assert one
        one.exec = counting(one.exec)  # type: ignore[method-assign]
    await probed(cluster, stage.deployment)
    return {
        "problems": [],
        "found": found.stdout,
        "asked": asked,
        "at once": worst,
        "nobody": nobody,
        "away": away,
    }


_REMEMBERED_S = 60.0
_WATCHED_S = 25.0
_FAILOVERS = 4
"""Each shows it with a chance of seven in eight."""


async def split(cluster: Cluster, events: Events) -> Any:
    """A failover while one of the two CoreDNS goes on saying that the replicas do not exist (finding 1)."""
    return await _failed_over(cluster, _FAILOVERS, stale=True)


async def agreed(cluster: Cluster, events: Events) -> Any:
    """The same with a DNS that knows all names."""
    return await _failed_over(cluster, 1, stale=False)


async def _failed_over(cluster: Cluster, times: int, *, stale: bool) -> Any:
    stage = Stage(cluster)
    cluster.apply()
    _, seen = await stage.right(_LIMIT_S)
    if seen.problems:
        return {"problems": seen.problems}
    wrong: list[str] = []
    for _ in range(times):
        if stale:
            _remember_nobody(stage)
        container = stage.kubelet("redis-sentinel-0").container
        if container:
            await container.exec(["redis-cli", "-p", "26379", "SENTINEL", "FAILOVER", "mymaster"], 5)
        wrong = await _never_right(stage)
        if wrong:
            break
    logs = (
        file.read_text(encoding="utf-8") for file in cluster.site.logs.glob("redis-sentinel-*_sentinel.log")
    )
    return {
        "problems": [],
        "wrong": wrong,
        "unresolved": any("Failed to resolve hostname" in log for log in logs),
    }


def _remember_nobody(stage: Stage) -> None:
    """As when one CoreDNS was asked just while a pod was replaced."""
    remembering = stage.cluster.nameserver._caches[0]
    for pod in stage.deployment.redis.pods:
        name = f"{pod}.redis-headless.ra.svc.cluster.local"
        remembering.kept[name, int(QTYPE.A)] = (time.monotonic() + _REMEMBERED_S, None)


async def _never_right(stage: Stage) -> list[str]:
    """What is still wrong after a time that every failover of one view is right in; nothing once all is right."""
    until = time.monotonic() + _WATCHED_S
    # The failover itself first.
    await asyncio.sleep(3)
    while time.monotonic() < until:
        wrong = (await topology(stage.cluster, stage.deployment)).problems
        if not wrong:
            return []
        await asyncio.sleep(0.5)
    return list(wrong)


async def emptied(cluster: Cluster, events: Events) -> Any:
    """A database in which no application writes is emptied: no one but who counts keys can see it."""

    async def play(stage: Stage, _: Recovery) -> None:
        master = stage.cluster.pods[await stage.master()]
        client = Redis(host=master.ip, port=stage.deployment.redis.port, db=1)
        await client.flushdb()
        await client.aclose()

    result = await Scenario(name="emptied", about="one database is emptied", play=play).run(
        Stage(cluster), DNS_TTL_S
    )
    return {
        "problems": result.problems,
        "exceeded": [each.name for each in result.measures if not each.held],
        "lost": result.measure(LOST_KEYS).value,
    }
