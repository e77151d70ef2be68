"""Engine changed: Redis and the Sentinels get another image, as an update of the version or of the engine does.

The server behind the new image is the one of ``--next-server``.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.bench.substitution import with_next_image
from redismanifests.prove.rehearse.measure.recovery import Recovery
from redismanifests.prove.rehearse.measure.roles import engine_told
from redismanifests.prove.rehearse.result import Measure
from redismanifests.prove.rehearse.scenario import Scenario

if TYPE_CHECKING:
    from redismanifests.prove.rehearse.stage import Stage


async def _versions(stage: Stage) -> dict[str, str]:
    """Name and version of the server in each Redis pod, as it reports them."""
    # Scenarios are listed without the optional packages.
    from redis.asyncio import Redis  # noqa: PLC0415

    told = {}
    for pod in stage.deployment.redis.pods:
        port, access = stage.deployment.redis.port, stage.cluster.site.access
        client = Redis(host=stage.cluster.pods[pod].ip, port=port, **access.options())
        try:
            told[pod] = engine_told(await client.info("server"))
        finally:
            await client.aclose()
    return told


async def _play(stage: Stage, recovery: Recovery) -> None:
    from redis.exceptions import RedisError  # noqa: PLC0415

    before = await _versions(stage)
    stage.change(with_next_image(stage.cluster.site.objects))
    both = (stage.deployment.redis, stage.deployment.sentinel)
    await asyncio.gather(*(stage.rolled_out(each, each.replicas * recovery.whole()) for each in both))
    with suppress(RedisError, OSError):
        # The checks at the end report a pod that does not start.
        after = await _versions(stage)
        stage.note(f"from {_each(before)} to {_each(after)}")
        left = sum(after[pod] == version for pod, version in before.items())
        stage.measures.append(Measure("servers of the former version", left, "", 0))


def _each(versions: dict[str, str]) -> str:
    return ", ".join(sorted(set(versions.values())))


SCENARIO = Scenario(
    name="engine-changed",
    about="Redis and the Sentinels are rolled to the server of --next-server, under load",
    play=_play,
    # As with both-rolled, the Sentinel that leads a hand-over may be the one that is replaced.
    outage=Recovery.crash,
    needs_next=True,
)
