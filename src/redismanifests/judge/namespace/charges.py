"""Namespace charges: every object that the rendered folder brings into the namespace, and what each costs its quotas.

Quotas count what controllers make as well: the pods and claims of a StatefulSet, the revisions that it keeps, the
endpoints of a Service, the Jobs of a CronJob.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from redismanifests.core.named import NamedTuple
from redismanifests.judge.admission.limit_range.limit_range import decide_pod
from redismanifests.judge.admission.resource_quota.resource_quota_charge import (
    ONE,
    Charge,
    claim_charge,
    object_charge,
    pod_charge,
)
from redismanifests.judge.admission.resource_quota.resource_quota_name import count_name
from redismanifests.render.rendered import pod_template

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from redismanifests.core.object import Manifest
    from redismanifests.core.values.limit_range import LimitRange
    from redismanifests.judge.admission.pod import Pod
    from redismanifests.render.rendered import Rendering

REVISIONS = 10
"""What a StatefulSet keeps of its past where it does not say (SetDefaults_StatefulSet)."""


class Made(NamedTuple):
    """Objects of one kind that are alike."""

    manifest: Manifest
    """The rendered object that they are, or come from."""
    charge: Charge
    """Of each."""
    number: int
    """How many there are at rest."""
    peak: int
    """How many there may be later on, during a rollout.

    Of pods and claims there are never more than at rest: the controller makes a pod again under its old name, so only
    after the old one is gone, and until then the old one counts.
    """
    pod: Pod | None = None
    """Where they are pods: after the defaults of the namespace."""


def made(rendering: Rendering, limit_ranges: Sequence[LimitRange], minor: int) -> tuple[Made, ...]:
    """All objects, in the order of the files, for Kubernetes 1.``minor``."""
    return tuple(
        each
        for item in rendering.objects
        if item.manifest["kind"] != "Namespace"
        for each in _made(item.manifest, limit_ranges, minor)
    )


def _made(manifest: Manifest, limit_ranges: Sequence[LimitRange], minor: int) -> Iterator[Made]:
    yield Made(manifest, object_charge(manifest), 1, 1)
    name, spec = manifest["metadata"]["name"], manifest.get("spec", {})
    if manifest["kind"] == "StatefulSet":
        replicas = spec["replicas"]
        for claim in spec.get("volumeClaimTemplates", ()):
            yield Made(manifest, claim_charge(claim, minor), replicas, replicas)
        pod = decide_pod(limit_ranges, spec["template"]["spec"], name, minor).pod
        charge = pod_charge(pod, spec["template"]["spec"], minor)
        yield Made(manifest, charge, replicas, replicas, pod)
        # Beside its past it keeps the revision that it has and, during a rollout, the one that it gets. A rollout that
        # overtakes another needs one more for each revision that some pod still has.
        peak = spec.get("revisionHistoryLimit", REVISIONS) + 2
        yield Made(manifest, _counted("controllerrevisions.apps", name), 1, peak)
    elif manifest["kind"] == "CronJob":
        template = pod_template(manifest)["spec"]
        pod = decide_pod(limit_ranges, template, name, minor).pod
        # One Job at a time has a pod; those of the past are kept to look at.
        yield Made(manifest, pod_charge(pod, template, minor), 1, 1, pod)
        kept = spec["successfulJobsHistoryLimit"] + spec["failedJobsHistoryLimit"]
        yield Made(manifest, _counted("jobs.batch", name), 1, 1 + kept)
    elif manifest["kind"] == "Service" and spec.get("selector"):
        for plural in ("endpoints", "endpointslices.discovery.k8s.io"):
            yield Made(manifest, _counted(plural, name), 1, 1)


def _counted(plural: str, name: str) -> Charge:
    return Charge(plural, name, {count_name(plural): ONE})
