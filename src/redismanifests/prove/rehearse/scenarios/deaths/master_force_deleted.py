"""Master force-deleted: grace period 0, the hook is cut off, the address changes."""

from __future__ import annotations

from redismanifests.prove.faults import master_force_deleted
from redismanifests.prove.rehearse.measure.recovery import Recovery
from redismanifests.prove.rehearse.scenario import Scenario
from redismanifests.prove.rehearse.toybench import played

SCENARIO = Scenario(
    name="master-force-deleted",
    about="forced delete of the master's pod; it restarts with a new address",
    play=played(master_force_deleted.FAULT),
    outage=Recovery.forced,
)
