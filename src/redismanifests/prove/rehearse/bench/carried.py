"""Unsupported: the parts of the rendered objects that a rehearsal does not simulate.

Why: a green rehearsal must not be taken for more than it is; each thing that is left out is named in its result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.prove.rehearse.bench.backup import migration
from redismanifests.prove.rehearse.bench.backup.restore import LEFT_OUT, restores
from redismanifests.prove.rehearse.bench.backup.store import has_store
from redismanifests.prove.rehearse.bench.secret import STAND_IN
from redismanifests.prove.toycluster.linux.namespace import Credentials
from redismanifests.prove.toycluster.pods.identity import ASSIGNED, unassigned
from redismanifests.render.rendered import makes_pods, pod_template

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redismanifests.core.object import Manifest
    from redismanifests.prove.toycluster.objects import Objects

_KINDS = (
    "LimitRange",
    "ResourceQuota",
    "PodDisruptionBudget",
    "ServiceMonitor",
    "PrometheusRule",
    "GrafanaDashboard",
)
_FIELDS = {
    "affinity": "where pods may run (one node here)",
    "topologySpreadConstraints": "where pods may run (one node here)",
    "nodeSelector": "where pods may run (one node here)",
    "tolerations": "where pods may run (one node here)",
    "priorityClassName": "preemption",
}


def _pods(objects: Objects) -> Iterator[Manifest]:
    for item in objects.items:
        if makes_pods(item):
            yield pod_template(item)["spec"]


def not_carried(objects: Objects) -> tuple[str, ...]:
    """One sentence for each thing that a cluster does and this rehearsal does not."""
    told = {f"{kind}: not enforced" for kind in _KINDS if objects.of_kind(kind)}
    for item in objects.of_kind("Secret"):
        if STAND_IN in (item["metadata"].get("annotations") or {}):
            told.add(f"Secret {item['metadata']['name']}: what it holds was made for this rehearsal")
    for item in objects.of_kind("CronJob"):
        told.add(f"CronJob {item['metadata']['name']}: its schedule; only scenarios of backups run it")
    if restores(objects):
        told.add(LEFT_OUT)
    if migration.moves(objects):
        told.add(migration.LEFT_OUT)
    if has_store(objects):
        told.add("the store of backups: a folder of this rehearsal")
    for spec in _pods(objects):
        told |= {f"{field}: {what}" for field, what in _FIELDS.items() if field in spec}
        if unassigned(spec):
            told.add(f"users and groups: assigned as OpenShift does (user and fsGroup {ASSIGNED}, group 0)")
        context = spec.get("securityContext") or {}
        if "seccompProfile" in context:
            told.add("seccompProfile: system calls are not filtered")
        uid = context.get("runAsUser", ASSIGNED if unassigned(spec) else 0)
        gid = context.get("runAsGroup", 0)
        if not Credentials(uid, gid).carried():
            told.add(f"runAsUser {uid}, runAsGroup {gid}: without root only the caller's own ids exist")
        if any("resources" in container for container in spec["containers"]):
            told.add("resources: neither CPU nor memory is limited, no volume has a size")
        images = sorted({container["image"] for container in spec["containers"]})
        told |= {f"image {image}: replaced by the programs of this machine" for image in images}
    return tuple(sorted(told))
