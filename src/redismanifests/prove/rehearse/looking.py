"""Looking: a rehearsal without a fault: everything starts, and every live check runs.

Why: a deployment can be verified before there is a cluster for it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from redismanifests.prove.checks.index import ALL_PROBES
from redismanifests.prove.checks.look import Round
from redismanifests.prove.rehearse.asking import Rehearsed
from redismanifests.prove.rehearse.bench.carried import not_carried
from redismanifests.prove.rehearse.measure.recovery import bootstrap
from redismanifests.prove.rehearse.measure.topology import SETTLED_S, settled
from redismanifests.prove.rehearse.result import Measure, Result

if TYPE_CHECKING:
    from redismanifests.prove.checks.probe import Outcome
    from redismanifests.prove.rehearse.stage import Stage

NAME = "look"
"""No scenario of `rehearse`: nothing is done to the deployment."""


async def look(stage: Stage, dns_ttl_s: float) -> Result:
    """Bring everything up on empty volumes, and ask."""
    site = stage.cluster.site
    site.emit("Phase", "apply", "the objects are applied; waiting until everything is healthy")
    stage.cluster.apply()
    limit = bootstrap(site.objects, dns_ttl_s)
    took, seen = await stage.right(limit, first=True)
    site.emit("Phase", "look-up", "every probe is asked")
    probes = await settled(partial(_asked, stage), 0 if seen.problems else SETTLED_S)
    measures = (Measure("whole after apply", took, "s", limit),)
    return Result(NAME, measures, seen.problems, not_carried(site.objects), probes=probes)


async def _asked(stage: Stage) -> tuple[Outcome, ...]:
    moment = Round(
        Rehearsed(stage.cluster, stage.deployment.sentinel.container),
        stage.deployment.desired,
        datetime.now(UTC),
    )
    return await moment.outcomes(ALL_PROBES)
