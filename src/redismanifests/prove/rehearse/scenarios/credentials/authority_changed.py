"""Authority changed: another CA takes over, in three rollouts, so that all members always trust each other.

First both CAs are trusted, then certificates are the new one's, then the old one is forgotten.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.bench.certificate import authority, held, names_for
from redismanifests.prove.rehearse.bench.secret import values_of
from redismanifests.prove.rehearse.measure.recovery import Recovery
from redismanifests.prove.rehearse.scenario import Scenario
from redismanifests.prove.rehearse.scenarios.credentials.certificate_renewed import lacks, roll_out

if TYPE_CHECKING:
    from redismanifests.prove.rehearse.stage import Stage


async def _play(stage: Stage, recovery: Recovery) -> None:
    objects = stage.cluster.site.objects
    name = held(objects)
    old = values_of(objects, name)
    new = authority(1).issue(names_for(objects, name))
    both = {"ca.crt": old["ca.crt"] + new["ca.crt"]}
    await roll_out(stage, recovery, old | both, "step 1: both CAs are trusted")
    await roll_out(stage, recovery, new | both, "step 2: certificates of the new CA")
    await roll_out(stage, recovery, new, "step 3: the old CA is forgotten")


SCENARIO = Scenario(
    name="authority-changed",
    about="another CA takes over in three rollouts of both sets, under load",
    play=_play,
    lacks=lacks,
    outage=Recovery.crash,
)
