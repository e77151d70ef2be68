"""Redis rolled: every Redis pod is replaced in turn, the master among them."""

from __future__ import annotations

from redismanifests.prove.faults import redis_rolled
from redismanifests.prove.rehearse.measure.recovery import Recovery
from redismanifests.prove.rehearse.scenario import Scenario
from redismanifests.prove.rehearse.toybench import played

SCENARIO = Scenario(
    name="redis-rolled",
    about="rollout restart of Redis under load",
    play=played(redis_rolled.FAULT),
    outage=Recovery.handover,
)
