"""Certificate late: cert-manager should have renewed the certificate long ago, and did not. Nothing is broken yet.

Once the alert has fired, its runbook is followed: a new certificate is issued, and the pods are rolled to read it.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from redismanifests.core.steady import steady_now
from redismanifests.core.values.duration import Duration
from redismanifests.prove.rehearse.bench.certificate import authority, held, names_for
from redismanifests.prove.rehearse.bench.change import with_secret
from redismanifests.prove.rehearse.bench.secret import values_of
from redismanifests.prove.rehearse.measure.recovery import Recovery
from redismanifests.prove.rehearse.scenario import Scenario
from redismanifests.prove.rehearse.scenarios.credentials import certificate_renewed
from redismanifests.prove.rehearse.scenarios.credentials.certificate_renewed import roll_out

if TYPE_CHECKING:
    from redismanifests.core.object import Object
    from redismanifests.prove.rehearse.stage import Stage
    from redismanifests.prove.toycluster.objects import Objects

_LEFT_S = 120.0
"""Until half of the time of its renewal is over: for a start from empty volumes, some writes, and a look at health."""


def _asked(objects: Objects) -> Object | None:
    """The Certificate that cert-manager fills the Secret of the pods from."""
    name = held(objects)
    found = (item["spec"] for item in objects.of_kind("Certificate") if item["spec"]["secretName"] == name)
    return next(found, None)


def _lacks(objects: Objects) -> str:
    if missing := certificate_renewed.lacks(objects):
        return missing
    return "" if _asked(objects) else "no Certificate of cert-manager is rendered"


async def _before(stage: Stage) -> None:
    objects = stage.cluster.site.objects
    name, asked = held(objects), _asked(objects)
    if asked is None:
        raise AssertionError("there is a Certificate")
    left_s = Duration.parse(asked["renewBefore"]).milliseconds / 1000 / 2 + _LEFT_S
    stage.ends_at = steady_now() + _LEFT_S
    old = authority(0).issue(names_for(objects, name), left_s)
    stage.change(with_secret(objects, name, values_of(objects, name) | old))


async def _play(stage: Stage, recovery: Recovery) -> None:
    await asyncio.sleep(max(0.0, stage.ends_at - steady_now()))
    stage.note("half of the time in which the certificate should have been renewed is over")
    await stage.alerted()
    objects = stage.cluster.site.objects
    name = held(objects)
    new = values_of(objects, name) | authority(0).issue(names_for(objects, name))
    await roll_out(stage, recovery, new, "a new certificate is issued")


SCENARIO = Scenario(
    name="certificate-late",
    about="half of the time in which cert-manager should have renewed the certificate passes",
    before=_before,
    substituted=(
        "the first certificate: valid for half of its renewBefore and two minutes, as one that was not renewed in time;"
        " what cert-manager exports of it: served by the rehearsal",
    ),
    play=_play,
    lacks=_lacks,
    # As in certificate-renewed: a rollout may restart the Sentinel that leads a hand-over.
    outage=Recovery.crash,
)
