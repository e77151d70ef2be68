"""Job: one run of a CronJob, as a pod that is started once and removed."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING

from redismanifests.core.steady import steady_now

if TYPE_CHECKING:
    from collections.abc import Callable

    from redismanifests.core.object import Object
    from redismanifests.prove.toycluster.cluster import Cluster
    from redismanifests.prove.toycluster.pods.pod import Pod


@dataclass(slots=True)
class Job:
    """A run, as the API would have it; times in seconds since 1970."""

    cron_job: str
    name: str
    made_at: float
    ended_at: float = 0.0
    """0 while it runs."""
    problem: str = ""
    """Why it failed; empty where it is complete, or runs."""


async def run_once(
    cluster: Cluster, cron_job: Object, started: Callable[[Pod], None] = lambda _: None
) -> str:
    """Run the pod of a CronJob to its end; why it failed, or nothing. No second try is made.

    ``started`` gets the pod at once: who breaks something while it runs looks into it.
    """
    template = copy.deepcopy(cron_job["spec"]["jobTemplate"]["spec"]["template"])
    job = Job(cron_job["metadata"]["name"], "", steady_now())
    job.name = f"{job.cron_job}-{next(cluster.runs)}"
    cluster.jobs.append(job)
    metadata = {**template.get("metadata", {}), "name": job.name, "namespace": cluster.site.objects.namespace}
    pod = cluster.create({"metadata": metadata, "spec": template["spec"]})
    started(pod)
    job.problem = await pod.over()
    job.ended_at = steady_now()
    cluster.site.emit("JobEnded", job.name, job.problem or "complete")
    await pod.stop(0)
    cluster.forget(pod)
    return job.problem
