"""States: what kube-state-metrics exports of CronJobs and their Jobs, and cert-manager of Certificates.

Why: alerts about backups, drills and certificates read these series, and nothing else of a rehearsal has them. Names
and labels are those of kube-state-metrics (docs/metrics/workload/cronjob-metrics.md and job-metrics.md of its
repository) and of cert-manager (internal/collectors/certificate_collector.go of its own). Values are of what the
rehearsal really has: the Jobs that it ran, and the certificate in the Secret that its pods mount.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from redismanifests.core.steady import steady_now
from redismanifests.prove.rehearse.bench.certificate import ends_at
from redismanifests.prove.toycluster.network.iproute import NODE_IP
from redismanifests.prove.toycluster.pods.environment import data_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.prove.toycluster.cluster import Cluster

_PORT = 8080
_HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nConnection: close\r\n\r\n"


async def states(cluster: Cluster) -> str:
    """Serve the states of a cluster on its node until the rehearsal ends; address and port."""
    created = steady_now()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A request of Prometheus ends with an empty line, and has no body.
        while (await reader.readline()).strip():
            pass
        writer.write((_HEAD + "".join(f"{line}\n" for line in exposed(cluster, created))).encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, NODE_IP, _PORT)
    cluster.site.tasks.create_task(server.serve_forever())
    return f"{NODE_IP}:{_PORT}"


def exposed(cluster: Cluster, created: float) -> Iterator[str]:
    """Each series with its value; ``created``: when the CronJobs were made, in seconds since 1970."""
    objects = cluster.site.objects
    namespace = objects.namespace
    for item in objects.of_kind("Certificate"):
        spec = item["spec"]
        issuer = ",".join(
            f'issuer_{each}="{spec["issuerRef"].get(each, "")}"' for each in ("name", "kind", "group")
        )
        own = f'name="{item["metadata"]["name"]}",namespace="{namespace}",{issuer}'
        ends = ends_at(data_of(objects, "Secret", spec["secretName"])["tls.crt"])
        yield f"certmanager_certificate_expiration_timestamp_seconds{{{own}}} {ends:.0f}"
    for item in objects.of_kind("CronJob"):
        name = item["metadata"]["name"]
        own = f'namespace="{namespace}",cronjob="{name}"'
        yield f"kube_cronjob_created{{{own}}} {created:.0f}"
        succeeded = [each.ended_at for each in cluster.jobs if each.cron_job == name and not each.problem]
        if any(succeeded):
            yield f"kube_cronjob_status_last_successful_time{{{own}}} {max(succeeded):.0f}"
    for job in cluster.jobs:
        own = f'namespace="{namespace}",job_name="{job.name}"'
        yield f"kube_job_created{{{own}}} {job.made_at:.0f}"
        if job.ended_at:
            condition = "kube_job_failed" if job.problem else "kube_job_complete"
            yield f'{condition}{{{own},condition="true"}} 1'
