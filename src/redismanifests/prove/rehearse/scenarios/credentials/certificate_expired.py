"""Certificate expired: no one renewed it. Links that are open live on, no one new gets in, and it must be seen at once.

No container may be killed for it, or all of them would be, at the same time. Then a new certificate comes: a server
that runs reads it on CONFIG SET, and a Sentinel when it starts.
"""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from redismanifests.profile.derived.credentials import DEFAULT
from redismanifests.prove.checks.desired import Desired
from redismanifests.prove.checks.look import Round
from redismanifests.prove.checks.probe import Status
from redismanifests.prove.checks.redis.certificates import certificates_last
from redismanifests.prove.rehearse.asking import Rehearsed
from redismanifests.prove.rehearse.bench.certificate import authority, held, names_for
from redismanifests.prove.rehearse.bench.change import with_secret
from redismanifests.prove.rehearse.bench.secret import values_of
from redismanifests.prove.rehearse.measure.served import refuses
from redismanifests.prove.rehearse.result import Measure
from redismanifests.prove.rehearse.scenario import Scenario
from redismanifests.prove.rehearse.scenarios.credentials import certificate_renewed
from redismanifests.prove.rehearse.scenarios.credentials.certificate_renewed import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.prove.checks.workload import Workload
    from redismanifests.prove.rehearse.measure.recovery import Recovery
    from redismanifests.prove.rehearse.stage import Stage
    from redismanifests.prove.toycluster.objects import Objects

LIFE_S = 120.0
"""Of the first certificate: for a start from empty volumes, and some writes."""
_SEEN_S = 30.0
"""Readiness fails twice, 5 s apart and 8 s long at the most."""
_QUIET_S = 75.0
"""Longer than six failures of the liveness probe, 10 s apart, take to kill a container."""
_TOLD = r"(TLS fails, so no one new gets in)"


def lacks(objects: Objects) -> str:
    """With accounts, no part of ours may say CONFIG SET (derived/credentials.py); docs/tls.md has the way then."""
    known = Desired.of(objects.items).settings.get("CLI_USER", DEFAULT)
    return certificate_renewed.lacks(objects) or (
        ""
        if known == DEFAULT
        else f"the account {known} may not say CONFIG SET, which has Redis read a certificate"
    )


async def _before(stage: Stage) -> None:
    objects = stage.cluster.site.objects
    name = held(objects)
    short = authority(0).issue(names_for(objects, name), LIFE_S)
    stage.ends_at = time.time() + LIFE_S
    stage.change(with_secret(objects, name, values_of(objects, name) | short))


def _workloads(stage: Stage) -> Iterator[tuple[Workload, str]]:
    for workload in (stage.deployment.redis, stage.deployment.sentinel):
        yield from ((workload, pod) for pod in workload.pods)


async def _play(stage: Stage, recovery: Recovery) -> None:
    site = stage.cluster.site
    await asyncio.sleep(max(0.0, stage.ends_at - time.time()) + 1.0)
    stage.note("the certificate has expired")
    began = time.monotonic()
    pods = [pod for _, pod in _workloads(stage)]
    while any(stage.kubelet(pod).ready for pod in pods) and time.monotonic() - began < 2 * _SEEN_S:
        await asyncio.sleep(0.5)
    stage.measures.append(Measure("not ready after", time.monotonic() - began, "s", _SEEN_S))
    await asyncio.sleep(max(0.0, began + _QUIET_S - time.monotonic()))
    await _seen(stage)
    objects = site.objects
    name = held(objects)
    new = values_of(objects, name) | authority(0).issue(names_for(objects, name))
    stage.note("a new certificate is issued; every Redis reads it again")
    stage.change(with_secret(objects, name, new))
    await _reload(stage)
    sentinel = stage.deployment.sentinel
    # All at once: one that starts beside others with the old certificate waits for them.
    await asyncio.gather(*(stage.delete(sentinel, ordinal) for ordinal in range(sentinel.replicas)))
    await stage.right(recovery.whole())
    await shown(stage, new)


async def _seen(stage: Stage) -> None:
    """What a person who looks must find."""
    site = stage.cluster.site
    for workload, pod in _workloads(stage):
        kubelet = stage.kubelet(pod)
        if "certificate" not in kubelet.reason:
            site.trouble.append(f"{pod}: its readiness does not mention the certificate: {kubelet.reason}")
        if kubelet.restarts:
            site.trouble.append(f"{pod} was restarted, which makes no certificate younger")
        if not stage.said(pod, _TOLD):
            site.trouble.append(f"the log of {pod} says nothing of TLS")
        if not await refuses(stage.cluster.pods[pod].ip, workload.port, site.access):
            site.trouble.append(f"{pod} still lets in who verifies its certificate")
    (outcome,) = await Round(
        Rehearsed(stage.cluster, stage.deployment.sentinel.container),
        stage.deployment.desired,
        datetime.now(UTC),
    ).outcomes((certificates_last,))
    if outcome.status is not Status.FAILED:
        site.trouble.append(f"{outcome.code} {outcome.name} did not notice: {outcome.facts}")


async def _reload(stage: Stage) -> None:
    """``--insecure``: what the server still shows is the old certificate, and it is asked from within its pod."""
    desired = stage.deployment.desired
    files = {
        name: desired.redis_value(name) or ""
        for name in ("tls-cert-file", "tls-key-file", "tls-ca-cert-file")
    }
    words = [word for pair in files.items() for word in pair]
    for pod in desired.redis.pods:
        container = stage.kubelet(pod).container
        command = (*desired.asking(desired.redis), "--insecure", "CONFIG", "SET", *words)
        done = await container.exec(command, 5.0) if container else None
        if done is None or done.output.strip() != "OK":
            stage.cluster.site.trouble.append(f"{pod} does not read the new certificate: {done}")


SCENARIO = Scenario(
    name="certificate-expired",
    about="the certificate of all pods expires under load; a new one is read without a restart of Redis",
    play=_play,
    before=_before,
    substituted=(f"the first certificate: valid for {LIFE_S:g} s only",),
    lacks=lacks,
)
