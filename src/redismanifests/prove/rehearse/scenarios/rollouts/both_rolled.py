"""Both rolled: Redis and the Sentinels are restarted at the same time, as after a change to both."""

from __future__ import annotations

from redismanifests.prove.faults import both_rolled
from redismanifests.prove.rehearse.measure.recovery import Recovery
from redismanifests.prove.rehearse.scenario import Scenario
from redismanifests.prove.rehearse.toybench import played

SCENARIO = Scenario(
    name="both-rolled",
    about="rollout restart of Redis and of the Sentinels at the same time, under load",
    play=played(both_rolled.FAULT),
    # The Sentinel that leads the hand-over may be the one that is restarted: then it is a failover like any other.
    outage=Recovery.crash,
)
