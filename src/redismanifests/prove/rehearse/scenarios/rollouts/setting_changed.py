"""Setting changed: a new maxmemory is applied and rolled out under load, and every Redis has it in the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.profile.formulas.configuration.directive_value import memory_bytes
from redismanifests.prove.rehearse.bench.change import with_directives
from redismanifests.prove.rehearse.measure.recovery import Recovery
from redismanifests.prove.rehearse.scenario import Scenario

if TYPE_CHECKING:
    from redismanifests.prove.rehearse.stage import Stage

_MIB = 1 << 20


async def _play(stage: Stage, recovery: Recovery) -> None:
    old = memory_bytes(stage.deployment.desired.redis_value("maxmemory") or "") or 64 * _MIB
    # The probes at the end ask every Redis for what the changed objects say.
    stage.change(with_directives(stage.cluster.site.objects, maxmemory=old - _MIB))
    redis = stage.deployment.redis
    await stage.rolled_out(redis, redis.replicas * recovery.whole())


SCENARIO = Scenario(
    name="setting-changed",
    about="a new maxmemory is applied and rolled out under load",
    play=_play,
    outage=Recovery.handover,
)
