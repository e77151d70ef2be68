"""Topology: is the deployment whole, asked from every Redis and every Sentinel with redis-cli.

Why: writes that flow prove little; a Sentinel that knows no replica, or another master, is tomorrow's outage. Asked by
exec in the containers, as one would in a live cluster. What must not come in: waiting, deadlines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.rehearse.cluster import Cluster
    from redismanifests.rehearse.deployment import Deployment, Workload

_LIMIT_S = 3.0


@dataclass(frozen=True, slots=True)
class Topology:
    """The one master (empty if there is not exactly one) and all that is wrong."""

    master: str
    problems: tuple[str, ...]


async def ask(cluster: Cluster, workload: Workload, pod: str, *words: str) -> str:
    """What redis-cli answers in a pod's serving container; empty when nobody answers."""
    found = cluster.pods.get(pod)
    kubelet = found.kubelets.get(workload.container) if found else None
    if kubelet is None or kubelet.container is None or not kubelet.container.running():
        return ""
    done = await kubelet.container.exec(["redis-cli", "-p", str(workload.port), *words], _LIMIT_S)
    return "" if done.code else done.output


def pairs(answer: str) -> dict[str, str]:
    """A flat reply of names and values in turn, as redis-cli prints it."""
    lines = answer.splitlines()
    return dict(zip(lines[::2], lines[1::2], strict=False))


def info(answer: str) -> dict[str, str]:
    """The fields of INFO."""
    return dict(line.rstrip().split(":", 1) for line in answer.splitlines() if ":" in line)


def members(workload: Workload) -> list[str]:
    """The pod names of a workload."""
    return [f"{workload.name}-{ordinal}" for ordinal in range(workload.replicas)]


async def sentinel_view(cluster: Cluster, deployment: Deployment, pod: str) -> dict[str, str]:
    """How one Sentinel sees the (first) master; empty when it does not answer."""
    return pairs(await ask(cluster, deployment.sentinel, pod, "SENTINEL", "MASTERS"))


async def topology(cluster: Cluster, deployment: Deployment) -> Topology:
    """Ask everyone."""
    redis = {
        pod: info(await ask(cluster, deployment.redis, pod, "INFO")) for pod in members(deployment.redis)
    }
    masters = [pod for pod, fields in redis.items() if fields.get("role") == "master"]
    problems = [f"{pod} does not answer" for pod, fields in redis.items() if not fields]
    if len(masters) != 1:
        return Topology("", (*problems, f"masters: {', '.join(masters) or 'none'}"))
    (master,) = masters
    problems += _replication(redis, master)
    views = {pod: await sentinel_view(cluster, deployment, pod) for pod in members(deployment.sentinel)}
    for pod, view in views.items():
        problems += [f"{pod}: {problem}" for problem in _disagreement(view, redis[master], deployment)]
    return Topology(master, tuple(problems))


def _replication(redis: dict[str, dict[str, str]], master: str) -> Iterator[str]:
    attached = redis[master].get("connected_slaves", "0")
    if int(attached) != len(redis) - 1:
        yield f"{master} has {attached} of {len(redis) - 1} replicas attached"
    for pod, fields in redis.items():
        if fields.get("role") == "slave" and fields.get("master_link_status") != "up":
            yield f"{pod} follows {fields.get('master_host')} with its link down"
        elif fields.get("role") == "slave" and fields.get("master_replid") != redis[master].get(
            "master_replid"
        ):
            yield f"{pod} follows {fields.get('master_host')}, which is not {master}"


def _disagreement(view: dict[str, str], master: dict[str, str], deployment: Deployment) -> Iterator[str]:
    if not view:
        yield "does not answer"
        return
    if view.get("runid") != master.get("run_id"):
        yield f"takes {view.get('ip')} for the master"
    if view.get("flags") != "master":
        yield f"flags {view.get('flags')}"
    for field, wanted, what in (
        ("num-slaves", deployment.redis.replicas - 1, "replicas"),
        ("num-other-sentinels", deployment.sentinel.replicas - 1, "other Sentinels"),
    ):
        if view.get(field) != str(wanted):
            yield f"knows {view.get(field)} of {wanted} {what}"
