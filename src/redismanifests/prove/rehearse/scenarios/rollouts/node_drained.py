"""Node drained: the master's pod and a Sentinel's are evicted in the same moment, as by `kubectl drain`."""

from __future__ import annotations

from redismanifests.prove.faults import node_drained
from redismanifests.prove.rehearse.measure.recovery import Recovery
from redismanifests.prove.rehearse.scenario import Scenario
from redismanifests.prove.rehearse.toybench import played

SCENARIO = Scenario(
    name="node-drained",
    about="the master's pod and a Sentinel's evicted at once, as a drain does it",
    play=played(node_drained.FAULT),
    outage=Recovery.drained,
)
