"""Targets: does Prometheus scrape the exporter of every pod, and does that one reach its server?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.judge.objects.objects import Manifests
from redismanifests.prove.checks import asked
from redismanifests.prove.checks.monitoring.kinds import SERIES, TARGET
from redismanifests.prove.checks.probe import NotVerifiedError, probe
from redismanifests.prove.checks.remedy import Remedy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from redismanifests.prove.checks.desired import Desired
    from redismanifests.prove.checks.look import Look


def has_exporters(desired: Desired) -> bool:
    """Whether every pod has an exporter."""
    workloads = {
        each.set_name for each in Manifests(desired.objects).containers if "exporter" in each.spec["name"]
    }
    return {desired.redis.name, desired.sentinel.name} <= workloads


@probe(
    "PB206",
    remedy=Remedy(
        "Look at the targets page of Prometheus: it must discover the pods (monitoring.scrape), reach port metrics "
        "(networkPolicy.metrics), and keep the labels namespace and pod.",
        "kubectl -n NAMESPACE get podmonitors,scrapeconfigs,networkpolicies -l app.kubernetes.io/instance=DEPLOYMENT",
    ),
    applies=has_exporters,
)
async def prometheus_scrapes_every_pod(look: Look) -> AsyncIterator[str]:
    """Prometheus has a fresh sample of every pod's exporter, and that one reaches its server."""
    namespace = next(iter(asked.sets(look.desired).values()))["metadata"].get("namespace", "default")
    up = {
        each["metric"].get("pod", ""): float(each["value"][1])
        for each in await look.listed(SERIES)
        if each["metric"].get("namespace") == namespace
    }
    pods = asked.pods(look.desired)
    look.note("", "redis_up", "\n".join(f"{pod}: {up[pod]:g}" for pod in pods if pod in up))
    for pod in pods:
        if pod not in up:
            yield f"{pod} is not scraped: {await _reason(look, namespace, pod)}"
        elif not up[pod]:
            yield f"the exporter of {pod} does not reach its server (redis_up is 0)"


async def _reason(look: Look, namespace: str, pod: str) -> str:
    """What the target of a pod says, if it has one."""
    try:
        targets = await look.listed(TARGET)
    except NotVerifiedError:
        return "no series redis_up has its labels namespace and pod"
    for each in targets:
        labels = each.get("labels") or {}
        if (labels.get("namespace"), labels.get("pod")) == (namespace, pod):
            return str(each.get("lastError") or f"its target is {each.get('health', 'unknown')}")
    return f"of {len(targets)} targets none has the labels namespace={namespace} and pod={pod}"
