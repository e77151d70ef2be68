"""Whole deployments under quotas: what is asked for is admitted to the last byte, and one step less stops it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from cluster.namespace import RESTRICTED
from cluster.quota import create_quota, wait_for_quotas
from cluster.refusal import sentences
from cluster.rendering import job_of, pods_of, profile_for, rendered
from deployment import REFERENCE
from redismanifests.core.values.quantity import NANO, Quantity
from redismanifests.judge.admission.resource_quota.resource_quota_name import counted_for, plural_of
from redismanifests.judge.namespace.charges import made
from redismanifests.judge.review import review

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cluster.api import Answer
    from cluster.namespace import Namespace
    from cluster.rendering import Rendered
    from deployment import Manifest

pytestmark = pytest.mark.cluster

NOT_MADE = ("controllerrevisions.apps", "endpoints", "endpointslices.discovery.k8s.io", "limitranges")
"""What controllers make, of which none runs here; and LimitRanges, which are there before the quota."""
STEPS = {"cpu": Quantity(NANO // 1000), "memory": Quantity(NANO), "storage": Quantity(NANO)}
"""The least that anything can be short of: a thousandth of a core, a byte; one of everything else."""


def asked(profile: Path) -> dict[str, Quantity]:
    """Everything that the deployment asks for, under the names that quotas have for it."""
    reviewed = review(profile)
    minor = int(reviewed.profile.kubernetes_version.partition(".")[2])
    sums: dict[str, Quantity] = {}
    for each in made(reviewed.rendering, reviewed.demands.limit_ranges, minor):
        if each.charge.plural not in NOT_MADE:
            for resource, amount in each.charge.usage.items():
                sums[resource] = sums.get(resource, Quantity(0)) + amount * each.number
    return sums


def quota(name: str, hard: dict[str, Quantity]) -> Manifest:
    """A quota of which nothing is used."""
    written = {resource: str(amount) for resource, amount in hard.items()}
    return {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": name},
        "spec": {"hard": written},
        "status": {"hard": written, "used": dict.fromkeys(written, "0")},
    }


def deployed(folder: Rendered, namespace: Namespace, own: Manifest) -> Iterator[Answer]:
    """What the API server says of all objects that the quota counts, those that controllers would make among them."""
    namespace.create(RESTRICTED, folder.limit_ranges)
    folder.create_priority_classes(namespace.api)
    create_quota(namespace, own).succeeded()
    wait_for_quotas(namespace.api)
    for manifest in (*folder.objects, *made_by_controllers(folder, namespace)):
        plural = plural_of(manifest["apiVersion"], manifest["kind"])
        counted = any(counted_for(plural, resource) for resource in own["spec"]["hard"])
        # No pod is admitted without its account.
        if (counted and plural not in NOT_MADE) or plural == "serviceaccounts":
            yield namespace.create_object(manifest)


def made_by_controllers(folder: Rendered, namespace: Namespace) -> Iterator[Manifest]:
    """All claims and pods of the StatefulSets, and a Job with its pod of each CronJob."""
    for stateful_set in folder.of_kind("StatefulSet"):
        for ordinal in range(stateful_set["spec"]["replicas"]):
            pod, claims = pods_of(stateful_set, namespace.name, ordinal)
            yield from (*claims, pod)
    for cron_job in folder.of_kind("CronJob"):
        yield from job_of(cron_job)


def test_what_is_asked_for_is_admitted_and_used_up(folder: Rendered, namespace: Namespace) -> None:
    own = quota("exact", asked(folder.profile))
    refused = [answer.message for answer in deployed(folder, namespace, own) if not answer.accepted]
    assert refused == []
    status = namespace.stored(own)["status"]
    used = {resource: Quantity.parse(amount) for resource, amount in status["used"].items()}
    assert used == asked(folder.profile)


@pytest.mark.parametrize("resource", sorted(asked(REFERENCE)))
def test_one_step_less_stops_the_deployment_and_is_found_before(
    namespace: Namespace, kubernetes: str, tmp_path: Path, resource: str
) -> None:
    profile = profile_for(REFERENCE, namespace.name, kubernetes, tmp_path)
    folder = rendered(profile, tmp_path / "rendered")
    step = STEPS.get(resource.rpartition(".")[2], Quantity(NANO))
    tight = quota("tight", {resource: asked(profile)[resource] - step})
    said = [sentence for answer in deployed(folder, namespace, tight) for sentence in sentences(answer)]
    exceeded = f"exceeded quota: tight, requested: {resource}="
    # Without its account, which was refused, no pod is made either.
    assert len([each for each in said if each.startswith(exceeded)]) == 1
    assert len(said) == 1 or resource == "count/serviceaccounts"
    file = tmp_path / "tight.yaml"
    file.write_text(json.dumps(tight))
    found = [each for each in review(profile, [file]).findings if each.code == "RM108"]
    assert [resource in each.fact for each in found] == [True]
