"""Job: one run of a CronJob, as a pod that is started once and removed."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from redismanifests.prove.toycluster.cluster import Cluster
    from redismanifests.prove.toycluster.objects import Object


async def run_once(cluster: Cluster, cron_job: Object) -> str:
    """Run the pod of a CronJob to its end; why it failed, or nothing. No second try is made."""
    template = copy.deepcopy(cron_job["spec"]["jobTemplate"]["spec"]["template"])
    name = f"{cron_job['metadata']['name']}-{next(cluster.runs)}"
    metadata = {**template.get("metadata", {}), "name": name, "namespace": cluster.site.objects.namespace}
    pod = cluster.create({"metadata": metadata, "spec": template["spec"]})
    problem = await pod.over()
    cluster.site.emit("JobEnded", name, problem or "complete")
    await pod.stop(0)
    cluster.forget(pod)
    return problem
