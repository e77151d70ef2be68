"""Master deleted: a graceful delete, as a drain does it; the hook hands over first."""

from __future__ import annotations

from redismanifests.prove.faults import master_deleted
from redismanifests.prove.rehearse.measure.recovery import Recovery
from redismanifests.prove.rehearse.scenario import Scenario
from redismanifests.prove.rehearse.toybench import played

SCENARIO = Scenario(
    name="master-deleted",
    about="graceful delete of the master's pod; it restarts with a new address",
    play=played(master_deleted.FAULT),
    outage=Recovery.handover,
)
