"""Replica loads: a replica that died reads its data for as long as the alert about that needs, and no probe kills it.

A server that reads a base file answers after every two megabytes, which with large data is many times a second. Here it
has few data, a pause for each key, and fewer bytes between two answers: what is asked of it is answered as soon.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from redismanifests.profile.derived.credentials import DEFAULT
from redismanifests.prove.checks.desired import Desired
from redismanifests.prove.rehearse.bench.change import with_directives
from redismanifests.prove.rehearse.measure.recovery import startup_s
from redismanifests.prove.rehearse.result import Measure
from redismanifests.prove.rehearse.scenario import Scenario
from redismanifests.prove.rehearse.scenarios.alerts.held import replicas

if TYPE_CHECKING:
    from redismanifests.prove.rehearse.measure.recovery import Recovery
    from redismanifests.prove.rehearse.stage import Stage
    from redismanifests.prove.toycluster.objects import Objects

_KEYS, _SIZE = 20_000, 1100
_EVENTS_BYTES = 1024
"""The fewest that Redis takes: it answers between two keys. An exporter asks several times."""
_LONGER_S = 60.0
"""Than a start may take by its probe, of which the alert waits for half; it has twice its limit."""
_PROBED_S = 10.0
"""A container that was killed would have ended by then."""
_DELAY = "key-load-delay"
_ANSWER_LIMIT_S = 5.0
_REWRITTEN_LIMIT_S = 60.0
_POLL_S = 0.5
_LOADED = r"DB loaded from append only file: ([0-9.]+) seconds"


def _lacks(objects: Objects) -> str:
    desired = Desired.of(objects.items)
    if desired.redis_value("appendonly") != "yes":
        return "it keeps no append-only file"
    known = desired.settings.get("CLI_USER", DEFAULT)
    return "" if known == DEFAULT else f"the account {known} may not say CONFIG SET, which ends the load"


async def _before(stage: Stage) -> None:
    objects = stage.cluster.site.objects
    redis = stage.cluster.sets[stage.deployment.redis.name].spec
    delay_us = int((startup_s(redis) + _LONGER_S) * 1e6 / _KEYS)
    stage.change(
        with_directives(objects, key_load_delay=delay_us, loading_process_events_interval_bytes=_EVENTS_BYTES)
    )


async def _said(stage: Stage, pod: str, *command: str) -> str:
    desired, container = stage.deployment.desired, stage.kubelet(pod).container
    if container is None:
        raise AssertionError(f"{pod} runs")
    return (await container.exec((*desired.asking(desired.redis), *command), _ANSWER_LIMIT_S)).output


async def _rewritten(stage: Stage, pod: str) -> None:
    """Let the data lie in a base file, as they do after a while; commands are answered every 1024 only."""
    said = await _said(stage, pod, "BGREWRITEAOF")
    running = ("rewriting", "aof_rewrite_in_progress:1", "aof_rewrite_scheduled:1")
    async with asyncio.timeout(_REWRITTEN_LIMIT_S):
        while any(each in said for each in running):
            await asyncio.sleep(_POLL_S)
            said = await _said(stage, pod, "INFO", "persistence")
    if "aof_last_bgrewrite_status:ok" not in said:
        stage.cluster.site.trouble.append(f"{pod} could not rewrite its append-only file")


async def _scene(stage: Stage, recovery: Recovery) -> None:
    await stage.fill(await stage.master(), _KEYS, _SIZE)
    await stage.right(recovery.whole())
    for pod in await replicas(stage):
        await _rewritten(stage, pod)


async def _play(stage: Stage, _recovery: Recovery) -> None:
    pod = (await replicas(stage))[0]
    kubelet = stage.kubelet(pod)
    before, allowed_s = kubelet.restarts, startup_s(stage.cluster.sets[stage.deployment.redis.name].spec)
    await stage.kill(pod)
    over = time.monotonic() + allowed_s + _PROBED_S
    await stage.alerted()
    stage.note("it loads for longer than its startup probe allows for a start", pod)
    await asyncio.sleep(max(0.0, over - time.monotonic()))
    stage.note("its data are read at full speed", pod)
    if (said := (await _said(stage, pod, "CONFIG", "SET", _DELAY, "0")).strip()) != "OK":
        stage.cluster.site.trouble.append(f"{pod} does not load faster: {said}")
    while not (took := stage.said(pod, _LOADED)):
        await asyncio.sleep(_POLL_S)
    stage.measures.append(Measure("load of the replica", float(took[-1]), "s"))
    if kubelet.restarts != before + 1:
        stage.cluster.site.trouble.append(
            f"{pod} was restarted while it was loading, which begins the same again"
        )


SCENARIO = Scenario(
    name="replica-loads",
    about="kill -9 of a replica that loads its data for as long as it takes; its container restarts at once",
    before=_before,
    substituted=(
        f"redis.conf: {_DELAY} and loading-process-events-interval-bytes {_EVENTS_BYTES} added, and {_KEYS} more keys"
        f" of {_SIZE} bytes: a large data set in small, answered as often",
    ),
    prepare=_scene,
    play=_play,
    lacks=_lacks,
)
