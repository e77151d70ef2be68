"""Health checks: do the running pods have the requested probes?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.prove.checks import asked
from redismanifests.prove.checks.live_pods import admitted_pods, containers
from redismanifests.prove.checks.probe import probe
from redismanifests.prove.checks.remedy import NOT_AS_ASKED
from redismanifests.prove.drift.defaults import PROBE_DEFAULTS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from redismanifests.core.object import Manifest, Object
    from redismanifests.prove.checks.look import Look


async def _differing(look: Look, kind: str) -> AsyncIterator[str]:
    templates = asked.pods(look.desired)
    for name, pod in (await admitted_pods(look)).items():
        live = containers(pod["spec"])
        for container, wanted in containers(templates[name]["spec"]).items():
            mine, theirs = (_completed(each.get(kind)) for each in (wanted, live.get(container, {})))
            look.note(name, f"get Pod {name}", f"{container}: {theirs or 'none'}")
            for field in dict.fromkeys((*mine, *theirs)):
                if mine.get(field) != theirs.get(field):
                    yield f"{name}/{container}: {kind} {field} {theirs.get(field)} instead of {mine.get(field)}"


def _completed(probe: Object | None) -> Manifest:
    """A probe as the API server completes it."""
    if not probe:
        return {}
    found = {**PROBE_DEFAULTS, **probe}
    if "httpGet" in found:
        found["httpGet"] = {"scheme": "HTTP", "path": "/", **found["httpGet"]}
    if "grpc" in found:
        found["grpc"] = {"service": "", **found["grpc"]}
    return found


@probe("PB160", remedy=NOT_AS_ASKED)
async def liveness_is_as_asked(look: Look) -> AsyncIterator[str]:
    """Every container has the requested liveness probe."""
    async for fact in _differing(look, "livenessProbe"):
        yield fact


@probe("PB161", remedy=NOT_AS_ASKED)
async def readiness_is_as_asked(look: Look) -> AsyncIterator[str]:
    """Every container has the requested readiness probe."""
    async for fact in _differing(look, "readinessProbe"):
        yield fact


@probe("PB162", remedy=NOT_AS_ASKED)
async def startup_is_as_asked(look: Look) -> AsyncIterator[str]:
    """Every container has the requested startup probe."""
    async for fact in _differing(look, "startupProbe"):
        yield fact
