"""Certificate renewed: a new certificate of the same CA comes into the Secret, and both sets are rolled to read it."""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.bench.certificate import KEYS, authority, held, names_for
from redismanifests.prove.rehearse.bench.change import rolled, with_secret
from redismanifests.prove.rehearse.bench.secret import values_of
from redismanifests.prove.rehearse.measure.recovery import Recovery
from redismanifests.prove.rehearse.measure.served import served
from redismanifests.prove.rehearse.scenario import Scenario

if TYPE_CHECKING:
    from collections.abc import Mapping

    from redismanifests.prove.rehearse.stage import Stage
    from redismanifests.prove.toycluster.objects import Objects


def lacks(objects: Objects) -> str:
    """What a scenario of certificates needs."""
    return "" if held(objects) else "no pod mounts a Secret with the keys " + ", ".join(KEYS)


async def roll_out(stage: Stage, recovery: Recovery, values: Mapping[str, bytes], step: str) -> None:
    """Change the Secret, roll both sets as after one ``kubectl apply``, and see that every pod shows what is in it."""
    stage.note(step)
    changed = with_secret(stage.cluster.site.objects, held(stage.cluster.site.objects), values)
    stage.change(rolled(changed, step))
    both = (stage.deployment.redis, stage.deployment.sentinel)
    await asyncio.gather(*(stage.rolled_out(each, each.replicas * recovery.whole()) for each in both))
    await stage.right(recovery.whole())
    await shown(stage, values)


async def shown(stage: Stage, values: Mapping[str, bytes]) -> None:
    """Every pod must show this certificate to who connects now."""
    site = stage.cluster.site
    wanted = ssl.PEM_cert_to_DER_cert(values["tls.crt"].decode())
    for workload in (stage.deployment.redis, stage.deployment.sentinel):
        for pod in workload.pods:
            if await served(stage.cluster.pods[pod].ip, workload.port, site.access) != wanted:
                site.trouble.append(f"{pod} does not show the certificate that is in the Secret")


async def _play(stage: Stage, recovery: Recovery) -> None:
    objects = stage.cluster.site.objects
    name = held(objects)
    new = values_of(objects, name) | authority(0).issue(names_for(objects, name))
    await roll_out(stage, recovery, new, "a new certificate of the same CA")


SCENARIO = Scenario(
    name="certificate-renewed",
    about="a new certificate of the same CA is rolled out to both sets, under load",
    play=_play,
    lacks=lacks,
    # The Sentinel that leads a hand-over may be the one that is restarted: then it is a failover like any other.
    outage=Recovery.crash,
)
